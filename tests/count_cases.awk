# Counts test cases in ctest's LastTest.log: a test that is a whole Catch2 executable, or a shard of one, counts with what
# its last lines say; any other counts as one. Prints "PASSED FAILED".
function numbers_before(line, word,    fields, count, i, total) {
    total = 0
    count = split(line, fields, "|")
    for (i = 1; i <= count; ++i)
        if (fields[i] ~ "^ *[0-9]+ " word " *$") total += fields[i] + 0
    return total
}
/^[0-9]+\/[0-9]+ Testing: / { cases_passed = 0; cases_failed = 0; has_cases = 0 }
/^All tests passed \(/ {
    # "All tests passed (5560 assertions in 41 test cases)"
    if (match($0, /in [0-9]+ test cases?/)) { cases_passed = substr($0, RSTART + 3) + 0; has_cases = 1 }
}
/^test cases: / {
    sub(/^test cases: /, "")
    cases_passed = numbers_before($0, "passed")
    cases_failed = numbers_before($0, "failed")
    has_cases = 1
}
/^Test Passed\.$/ { passed += has_cases ? cases_passed : 1 }
/^Test Failed\.$/ {
    # Whoever failed without a failed case died: of a signal, a sanitizer's word or a time-out.
    if (has_cases) passed += cases_passed
    failed += cases_failed > 0 ? cases_failed : 1
}
END { print passed + 0, failed + 0 }
