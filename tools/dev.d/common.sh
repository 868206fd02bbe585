# What all subcommands use: headings, quiet steps, and cleaning up. Sourced by tools/dev.

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' RED=$'\e[31m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
else
  BOLD='' DIM='' GREEN='' RED='' YELLOW='' PLAIN=''
fi

heading() { printf '\n%s%s%s\n' "$BOLD" "$*" "$PLAIN"; }
note() { printf '  %s\n' "$*"; }

die() {
  printf '%stools/dev: %s%s\n' "$RED" "$1" "$PLAIN" >&2
  shift
  local line
  for line in "$@"; do printf '%s\n' "$line" >&2; done
  exit 1
}

# "75 s" or "3 min 20 s"
duration() {
  local seconds=$1
  if ((seconds < 100)); then
    echo "$seconds s"
  else
    echo "$((seconds / 60)) min $((seconds % 60)) s"
  fi
}

# Commands to run when the shell ends, however it ends; the last one given runs first.
CLEANUPS=()
at_exit() { CLEANUPS=("$1" "${CLEANUPS[@]}"); }
run_cleanups() {
  local status=$? command
  trap - EXIT
  for command in "${CLEANUPS[@]}"; do eval "$command" || true; done
  exit "$status"
}
trap run_cleanups EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# step LABEL COMMAND...: runs the command with its output in a file, and shows one line with the
# progress that Ninja or ctest report ([12/80], 12/80). Of a failure it shows the end of the output.
step() {
  local label=$1 log ticker='' started=$SECONDS status=0
  shift
  log=$(mktemp -t trafrec-step.XXXXXX)
  at_exit "rm -f '$log'"
  if [[ -t 1 ]]; then
    show_progress "$label" "$log" &
    ticker=$!
    at_exit "kill $ticker 2>/dev/null"
  else
    note "$label ..."
  fi
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [[ -n $ticker ]]; then
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    printf '\r\e[K'
  fi
  if ((status != 0)); then
    printf '  %s %sfailed%s\n' "$label" "$RED" "$PLAIN"
    tail -n 60 "$log" >&2
    die "$label: failed with exit code $status after $(duration $((SECONDS - started)))"
  fi
  note "$label: ${GREEN}ok${PLAIN} ${DIM}($(duration $((SECONDS - started))))${PLAIN}"
}

show_progress() {
  local label=$1 log=$2 started=$SECONDS progress
  trap - EXIT INT TERM HUP
  while true; do
    progress=$(tail -c 400 "$log" 2>/dev/null | tr '\r' '\n' | grep -oE '[0-9]+/[0-9]+' | tail -n 1) || true
    printf '\r\e[K  %s ... %s%s %s%s' "$label" "$DIM" "$progress" "$(duration $((SECONDS - started)))" "$PLAIN"
    sleep 1
  done
}
