# Counting checks: sourced by tests/run and .ci/run, which work in the repository's folder.
# $logs is the folder of their logs.

: "${logs:?}"
passed=0
failed=0

count() { # count PASSED FAILED
    passed=$((passed + $1))
    failed=$((failed + $2))
}

# check NAME SECONDS COMMAND…: one check, stopped after its time. Prints one line, and the end of the log of one that failed.
check() {
    local name=$1 seconds=$2 log code=0 start=$SECONDS
    log=$logs/${name//[^a-z0-9-]/-}.log
    shift 2
    timeout --kill-after=15 "$seconds" "$@" >"$log" 2>&1 </dev/null || code=$?
    if [ "$code" -eq 0 ]; then
        passed=$((passed + 1))
        printf 'ok      %5d s  %s\n' $((SECONDS - start)) "$name"
        return 0
    fi
    failed=$((failed + 1))
    tail -n "${CHECK_LINES:-60}" "$log"
    printf 'FAILED  %5d s  %s: ' $((SECONDS - start)) "$name"
    case $code in
    124 | 137) echo "stopped after $seconds s; log: ${log#"$PWD"/}" ;;
    *) echo "exit code $code; log: ${log#"$PWD"/}" ;;
    esac
    return 1
}

# The last line of a run: exits with 1 when something failed.
finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && exit 0
    exit 1
}
