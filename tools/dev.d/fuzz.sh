# Runs the libFuzzer targets. Sourced by tools/dev.

fuzz() {
  local seconds=${1:-300} only=${2:-} name each cache=${XDG_CACHE_HOME:-$HOME/.cache}/trafrec-fuzz
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "\"$seconds\" is no number of seconds" "usage: tools/dev fuzz [SECONDS] [NAME]"
  setup build lint
  heading "Build (fuzz)"
  step "configure" cmake --preset fuzz
  step "build into build-fuzz/" cmake --build build-fuzz -j "$JOBS" --target fuzzers
  mkdir -p "$cache/seeds"
  make_seeds "$cache/seeds"

  local names=()
  for name in build-fuzz/tests/fuzz/*_fuzz; do
    name=${name##*/}
    [[ -n $only && $name != *"$only"* ]] || names+=("$name")
  done
  ((${#names[@]})) || die "no fuzz target has \"$only\" in its name"
  each=$((seconds / ${#names[@]}))
  ((each > 0)) || each=1
  heading "Fuzz (${#names[@]} targets, $each s each)"
  for name in "${names[@]}"; do
    step "$name" fuzz_one "$name" "$each" "$cache"
  done
}

make_seeds() {
  local folder=$1 program name
  build-fuzz/tests/fuzz/make_seeds "$folder"
  build-fuzz/tests/fuzz/make_import_seeds "$folder"
  for program in build-fuzz/tests/fuzz/*_seeds; do
    name=$(basename "$program" _seeds)
    [[ $name != make* ]] || continue
    mkdir -p "$folder/${name}_fuzz"
    "$program" "$folder/${name}_fuzz"
  done
}

# A finding ends it: the input is kept, and the last lines say how to run it again.
fuzz_one() {
  local name=$1 seconds=$2 cache=$3 folders=() folder
  mkdir -p "$cache/$name" "$cache/findings"
  for folder in "$cache/seeds/$name" "tests/fuzz/corpus/$name"; do
    [[ ! -d $folder ]] || folders+=("$folder")
  done
  if ! ASAN_OPTIONS=detect_leaks=1 "build-fuzz/tests/fuzz/$name" -max_total_time="$seconds" -rss_limit_mb=512 \
    -timeout=10 -max_len=65536 -print_final_stats=1 -artifact_prefix="$cache/findings/$name-" \
    "$cache/$name" "${folders[@]}"; then
    echo "again: build-fuzz/tests/fuzz/$name $cache/findings/$name-..."
    return 1
  fi
}
