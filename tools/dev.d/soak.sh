# Judges millions of made exchanges, or thousands of killed recordings. Sourced by tools/dev.

soak() {
  if [[ ${1:-} == kill ]]; then
    soak_kill "${2:-10000}"
    return
  fi
  if [[ ${1:-} == live ]]; then
    soak_live "${2:-3600}"
    return
  fi
  if [[ ${1:-} == verdicts ]]; then
    soak_verdicts "${@:2}"
    return
  fi
  if [[ ${1:-} == replay-order ]]; then
    soak_replay_order "${2:-1000000}"
    return
  fi
  if [[ ${1:-} == replay-sockets ]]; then
    soak_replay_sockets "${2:-100000}"
    return
  fi
  if [[ ${1:-} == gaps ]]; then
    soak_gaps "${2:-100}" "${3:-1}"
    return
  fi
  local exchanges=${1:-10000000} seed=${2:-1} kind=${3:-}
  [[ $exchanges =~ ^[1-9][0-9]*$ ]] ||
    die "\"$exchanges\" is no number of exchanges" "usage: tools/dev soak [EXCHANGES] [SEED] [quotes|long|proxied]"
  [[ $seed =~ ^[0-9]+$ ]] || die "\"$seed\" is no seed" "usage: tools/dev soak [EXCHANGES] [SEED] [quotes|long|proxied]"
  [[ -z $kind || $kind == quotes || $kind == long || $kind == proxied ]] ||
    die "there is no soak of \"$kind\"; there are: quotes, long, proxied" "usage: tools/dev soak [EXCHANGES] [SEED] [quotes|long|proxied]"
  setup build test
  build_preset release --target soak
  heading "Soak ($exchanges exchanges from seed $seed)"
  # shellcheck disable=SC2086
  build/tests/pipeline/soak "$exchanges" "$seed" $kind ||
    die "defects were found" "each is shown above with the command that shows it alone"
}

soak_gaps() {
  local trials=$1 seed=$2
  [[ $trials =~ ^[1-9][0-9]*$ && $seed =~ ^[0-9]+$ ]] ||
    die "\"$trials\" or \"$seed\" is no number" "usage: tools/dev soak gaps [TRIALS] [SEED]"
  setup build test
  build_preset release --target soak
  heading "What one gap costs ($trials trials of each kind from seed $seed)"
  build/tests/pipeline/soak "$trials" "$seed" gaps ||
    die "defects were found" "each is shown above with its seed"
}

# Two kinds of histories, of one recorder and of three, each of 400 operations.
soak_replay_order() {
  soak_order replay-order "$1" "Order of replays" 800 replay/order/replay_order_test \
    '*RandomHistories.AreReplayedWithoutAViolation*' ||
    die "an operation overtook one that it waits for" "the seed above shows it again"
}

# As its target sees it, over sockets.
soak_replay_sockets() {
  soak_order replay-sockets "$1" "Order of replays over sockets" 500 replay/run/replay_run_test 'OrderOverSockets.*' ||
    die "a request came before an answer that it waits for" "TRAFREC_SEED and the seed above show it again"
}

# soak_order NAME EXCHANGES HEADING EXCHANGES-OF-A-HISTORY TEST FILTER
soak_order() {
  local name=$1 exchanges=$2 words=$3 each=$4 test=$5 filter=$6
  [[ $exchanges =~ ^[1-9][0-9]*$ ]] ||
    die "\"$exchanges\" is no number of exchanges" "usage: tools/dev soak $name [EXCHANGES]"
  setup build test
  build_preset release --target "${test##*/}"
  heading "$words ($exchanges exchanges)"
  TRAFREC_HISTORIES=$(((exchanges + each - 1) / each)) "build/tests/$test" --gtest_filter="$filter"
}

# Goes on where the last one was stopped; a log that was begun is done again.
soak_kill() {
  local kills=$1
  [[ $kills =~ ^[1-9][0-9]*$ ]] || die "\"$kills\" is no number of kills" "usage: tools/dev soak kill [KILLS]"
  setup build test
  build_preset release --target kill_soak
  heading "Soak ($kills kills)"
  build/tests/kill/kill_soak "$kills" build/soak-kill.progress ||
    die "defects were found" "each is shown above with its seed"
}

# Memory, disk and sums of a recorder under load, for long.
soak_live() {
  local seconds=$1
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "\"$seconds\" is no number of seconds" "usage: tools/dev soak live [SECONDS]"
  setup build bench
  build_preset release --target trafrec
  heading "Soak ($seconds s of live recording)"
  python3 bench/live_soak.py --build build --seconds "$seconds" ||
    die "something was not as it should be" "each is shown above"
}

# Goes on where the last one was stopped: a seed that is done is not done again.
soak_verdicts() {
  local seeds=${1:-50}
  [[ $seeds =~ ^[1-9][0-9]*$ ]] || die "\"$seeds\" is no number of seeds" "usage: tools/dev soak verdicts [SEEDS] [--again] [--refusals]"
  setup build test replay reconcile
  build_preset release --target trafrec
  heading "Soak ($seeds logs of a source under faults)"
  python3 tests/reconcile/real/soak_verdicts.py build/tools/trafrec build/verdicts --seeds "$seeds" "${@:2}" ||
    die "something is not as it should be" "each is shown above; the logs are in build/verdicts"
}
