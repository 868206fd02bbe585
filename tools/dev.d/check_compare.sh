# A move from a real Elasticsearch to a real OpenSearch, and what compare says of it. Sourced by tools/dev.

check_compare() {
  setup build test replay
  build_preset release --target trafrec
  heading "Compare a real move"
  /usr/bin/python3 tests/replay/real/check_compare.py build/tools/trafrec "$@" ||
    die "compare tells what is not known, or not what was planted" "each difference is shown above"
}
