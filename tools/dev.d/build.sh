# Builds and tests. Sourced by tools/dev.

# Lets all build folders share what ccache has, those of other checkouts too.
export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CCACHE_BASEDIR:-$ROOT}

build() {
  setup build
  build_preset release
}

# build_preset PRESET [BUILD-ARGUMENT...]
build_preset() {
  local preset=$1 folder
  shift
  folder=$(preset_folder "$preset")
  heading "Build ($preset)"
  if [[ ! -f $folder/build.ninja ]]; then
    step "configure" cmake --preset "$preset"
  fi
  step "build into $folder/" cmake --build "$folder" -j "$JOBS" "$@"
}

preset_folder() {
  if [[ $1 == release ]]; then echo build; else echo "build-$1"; fi
}

run_tests() {
  setup build test
  build_preset release
  test_folder release "$@"
}

# test_folder PRESET [CTEST-ARGUMENT...]
test_folder() {
  local preset=$1 folder started=$SECONDS status=0 log passed
  shift
  folder=$(preset_folder "$preset")
  heading "Test ($preset)"
  log=$(mktemp -t trafrec-ctest.XXXXXX)
  at_exit "rm -f '$log'"
  # One more than there are processors: those of whole recorders wait much of their time.
  ctest --test-dir "$folder" -j "$((JOBS + 1))" --output-on-failure --progress --no-tests=error "$@" </dev/null 2>&1 |
    tee "$log" | if [[ -t 1 ]]; then cat; else without_progress; fi || status=$?
  if ((status != 0)); then
    die "tests failed ($preset), $(grep -oE '[0-9]+ tests failed out of [0-9]+' "$log" || echo 'see above')" \
      "one alone: tools/dev test -R NAME"
  fi
  passed=$(grep -oE 'tests passed.* out of [0-9]+' "$log" | grep -oE '[0-9]+$') || passed=all
  printf '\n%s%s tests passed (%s) in %s%s\n' "$GREEN" "$passed" "$preset" \
    "$(duration $((SECONDS - started)))" "$PLAIN"
}

# ctest --progress on no terminal prints a line a test; a log needs only what failed and the end.
without_progress() { grep -vE '^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed|^Test project|^ *$|^Total Test time|Start +[0-9]+:' || true; }

check() {
  local preset=${1:-}
  if [[ $preset == har ]]; then
    source tools/dev.d/check_har.sh && check_har
    return
  fi
  if [[ $preset == page ]]; then
    source tools/dev.d/check_page.sh && check_page "${@:2}"
    return
  fi
  if [[ $preset == package ]]; then
    source tools/dev.d/package.sh && source tools/dev.d/check_package.sh && check_package
    return
  fi
  if [[ $preset == mitmproxy ]]; then
    source tools/dev.d/check_mitmproxy.sh && check_mitmproxy
    return
  fi
  if [[ $preset == compare ]]; then
    source tools/dev.d/check_compare.sh && check_compare "${@:2}"
    return
  fi
  if [[ $preset == replay ]]; then
    source tools/dev.d/check_replay.sh && check_replay "${@:2}"
    return
  fi
  if [[ $preset == reconcile ]]; then
    source tools/dev.d/check_reconcile.sh && check_reconcile "${@:2}"
    return
  fi
  if [[ $preset == boundary ]]; then
    source tools/dev.d/check_reconcile.sh && check_boundary "${@:2}"
    return
  fi
  if [[ $preset == migration ]]; then
    source tools/dev.d/check_reconcile.sh && check_migration "${@:2}"
    return
  fi
  if [[ $preset == verdicts ]]; then
    source tools/dev.d/check_reconcile.sh && check_verdicts "${@:2}"
    return
  fi
  if [[ $preset == traces ]]; then
    source tools/dev.d/check_traces.sh && check_traces "${@:2}"
    return
  fi
  [[ $preset =~ ^(debug|clang|asan|tsan)$ ]] ||
    die "check wants a preset (debug, clang, asan or tsan), \"boundary\", \"har\", \"migration\", \"mitmproxy\", \"package\", \"page\", \"reconcile\", \"replay\", \"traces\" or \"verdicts\"" \
      "try: tools/dev check asan"
  shift
  setup build test lint
  export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
  export UBSAN_OPTIONS=print_stacktrace=1
  # A second Ctrl-C exits at once and joins no thread; ThreadSanitizer would call those that had ended a leak.
  export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:report_thread_leaks=0
  ASAN_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-19) || true
  export ASAN_SYMBOLIZER_PATH
  build_preset "$preset"
  test_folder "$preset" "$@"
}
