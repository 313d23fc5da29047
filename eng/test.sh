# Every test, or those that match a filter; sourced by ./turnpike test [FILTER]. The last line is `N passed, N failed`.
# One project after another: they measure time and start servers, and disturb each other on a small machine.
filter="${1:-}"
results="$root/artifacts/test-results"
rm -rf -- "$results"
mkdir -p -- "$results"
passed=0
failed=0
started=$SECONDS

npm_ci() {
    local log
    log="$(mktemp)"
    # Scripts of packages are not run: the drivers' optional native parts are not needed, and foreign code is not built here.
    if ! (cd -- "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$log" 2>&1; then
        cat -- "$log" >&2
        say "npm ci failed in ${1#"$root"/}"
        failed=$((failed + 1))
    fi
    rm -f -- "$log"
}

# Takes the counts of one run from its results file; a run that left none, or stopped in the middle, is a failure.
count() {
    local file="$results/$1.trx" counters p f
    counters="$(grep -o '<Counters [^>]*>' -- "$file" 2>/dev/null)"
    if [ -z "$counters" ]; then
        say "$1: no results; the test host did not start or crashed."
        failed=$((failed + 1))
        return
    fi
    p="$(sed 's/.* passed="\([0-9]*\)".*/\1/' <<<"$counters")"
    f="$(sed 's/.* total="\([0-9]*\)".*/\1/' <<<"$counters")"
    f=$((f - p - $(grep -c 'outcome="NotExecuted"' -- "$file")))
    if [ "$2" -ne 0 ] && [ "$f" -eq 0 ]; then
        say "$1: the test host ended with code $2 though no test failed; it crashed or was aborted."
        f=1
    fi
    passed=$((passed + p))
    failed=$((failed + f))
    printf '%s: %s passed, %s failed\n' "$1" "$p" "$f"
}

run() {
    local name="$1" args=()
    [ -n "$filter" ] && args=(--filter "$filter")
    local log="$results/$name.log"
    dotnet test "$root/tests/$name/$name.csproj" -c Release --no-build --nologo --blame-hang-timeout 10m --blame-hang-dump-type none \
        --results-directory "$results" --logger "trx;LogFileName=$name.trx" --logger 'console;verbosity=minimal' "${args[@]}" >"$log" 2>&1
    local code=$?
    # A filter that matches nothing here is no failure of this project.
    if [ -n "$filter" ] && grep -q 'No test matches the given testcase filter' -- "$log"; then return; fi
    [ "$code" -eq 0 ] || grep -vE '^(Passed!|Failed!  -|Results File:|Test run for|VSTest version|Starting test execution|A total of)' -- "$log"
    count "$name" "$code"
}

# Formatting counts as one test. Style is the build's; this is white space, which the build does not look at.
formatting() {
    local log="$results/format.log"
    if (cd -- "$root" && dotnet format whitespace . --folder --verify-no-changes --exclude artifacts tests/Turnpike.Conformance/npm) >"$log" 2>&1; then
        passed=$((passed + 1))
    else
        sed "s|$root/||" -- "$log"
        say "formatting: not as .editorconfig has it; \`dotnet format whitespace . --folder\` mends it."
        failed=$((failed + 1))
    fi
}

if [ -n "$filter" ] && [[ "$filter" != *[=~\|\&]* ]]; then filter="FullyQualifiedName~$filter"; fi
npm_ci "$root/tests/Turnpike.Conformance/npm"
build Turnpike.slnx
[ -n "$filter" ] || formatting
for project in "$root"/tests/*/*.csproj; do
    # The soaks are a program; Conformance runs a few rounds of each.
    case "$project" in */Turnpike.Soak.csproj) continue ;; esac
    run "$(basename -- "$project" .csproj)"
done

printf 'in %d s\n' $((SECONDS - started))
[ "$passed" -gt 0 ] || [ "$failed" -gt 0 ] || say "no test ran."
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
exit
