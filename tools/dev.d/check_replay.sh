# Replays to real services, for half an hour. Sourced by tools/dev.

check_replay() {
  setup build test replay
  build_preset release --target trafrec
  heading "Replay to real services"
  /usr/bin/python3 tests/replay/real/check_replay.py build/tools/trafrec same refused race once once-fake web follow follow-fake "$@" ||
    die "a target is not what its source was" "each difference is shown above"
}
