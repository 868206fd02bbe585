# Measures. Sourced by tools/dev.

bench() {
  local what=${1:-record}
  shift || true
  local targets
  case $what in
    record) targets=(trafrec generate_traffic floor) ;;
    reassembly) targets=(generate_traffic reassembly) ;;
    adversary) targets=(generate_traffic reassembly adversary) ;;
    store) targets=(trafrec generate_traffic store) ;;
    verify) targets=(trafrec generate_traffic segments) ;;
    sql) targets=(trafrec sql) ;;
    privacy) targets=(trafrec generate_traffic) ;;
    live) targets=(trafrec) ;;
    send) targets=(send_bench) ;;
    replay) targets=(trafrec generate_traffic) ;;
    compare) targets=(trafrec) ;;
    reconcile) targets=(trafrec reconcile_log) ;;
    *) die "there is no bench \"$what\"; there are: record, reassembly, adversary, store, verify, sql, privacy, live, send, replay, compare, reconcile" ;;
  esac
  setup build bench
  if [[ $what == record ]]; then
    get_suricata
  fi
  if [[ $what == record || $what == live || $what == replay ]]; then
    get_goreplay
  fi
  heading "Build (release, with the benches)"
  step "configure" cmake --preset release -B build-bench -DTRAFREC_BENCH=ON -DTRAFREC_TESTS=OFF
  step "build into build-bench/" cmake --build build-bench -j "$JOBS" --target "${targets[@]}"
  heading "Bench: $what"
  PYTHONDONTWRITEBYTECODE=1 python3 "bench/$what.py" --build build-bench "$@"
}

# Suricata is in Debian's backports only. Lists of our own, so that the system's sources stay as
# they are.
get_suricata() {
  command -v suricata >/dev/null && return
  local lists=${XDG_CACHE_HOME:-$HOME/.cache}/trafrec-bench/apt
  mkdir -p "$lists/partial"
  printf 'deb http://deb.debian.org/debian %s main\n' bookworm bookworm-backports >"$lists.list"
  heading "Suricata from bookworm-backports"
  if ! suricata_apt update >"$lists.log" 2>&1 ||
    ! suricata_apt install -y -qq --no-install-recommends -t bookworm-backports suricata >>"$lists.log" 2>&1; then
    note "not to be had: $(tail -n 1 "$lists.log")"
  fi
}

suricata_apt() {
  local lists=${XDG_CACHE_HOME:-$HOME/.cache}/trafrec-bench/apt
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o "Dir::Etc::sourcelist=$lists.list" \
    -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$lists" -o Dir::Cache::pkgcache= \
    -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root "$@"
}

get_goreplay() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/trafrec-bench
  if [[ -x $cache/go/bin/goreplay ]] || ! command -v go >/dev/null; then return; fi
  heading "GoReplay"
  mkdir -p "$cache/go"
  GOBIN=$cache/go/bin GOFLAGS=-buildvcs=false go install github.com/buger/goreplay@v1.3.2 >"$cache/go/log" 2>&1 ||
    note "not to be had: $(tail -n 1 "$cache/go/log")"
}
