# shellcheck shell=bash
# Counting for tests/run and .ci/run: each check is a command with a time limit; only a failed one shows what it printed.

passed=0
failed=0

# Makes the logs' folder and removes it, and whatever still runs, at the end.
start_checks() {
    logs=$(mktemp -d)
    trap 'end_jobs; rm -rf "$logs"' EXIT
    trap 'exit 130' INT TERM
}

end_jobs() {
    local pids
    pids=$(jobs -p)
    # shellcheck disable=SC2086 # a list of process ids
    [ -z "$pids" ] || kill $pids 2>/dev/null || true
}

# check NAME SECONDS COMMAND…: one more passed or failed; returns the command's exit code.
check() {
    local name=$1 limit=$2 start=$SECONDS code=0
    shift 2
    timeout --kill-after=10 "$limit" "$@" >"$logs/check" 2>&1 </dev/null || code=$?
    report "$name" "$code" "$((SECONDS - start))" "$logs/check" "$limit"
    return "$code"
}

# report NAME CODE SECONDS LOG [LIMIT]
report() {
    local name=$1 code=$2 seconds=$3 log=$4 limit=${5-}
    if [ "$code" -eq 0 ]; then
        passed=$((passed + 1))
        printf 'ok      %s (%d s)\n' "$name" "$seconds"
        return
    fi
    failed=$((failed + 1))
    printf 'FAILED  %s (%d s, exit code %d%s)\n' "$name" "$seconds" "$code" \
        "$([ "$code" -ne 124 ] || printf ': over its %s seconds' "$limit")"
    if [ "$(wc -l <"$log")" -gt 200 ]; then
        printf '        … the last 200 lines:\n'
    fi
    tail -n 200 "$log" | sed 's/^/        /'
}

# The one last line; the exit code says the same.
finish_checks() {
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}
