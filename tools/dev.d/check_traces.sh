# Other people's captures, and those of a real Elasticsearch, each with its truth. Sourced by tools/dev. They are not
# ours to copy into the repository: the folder is an argument, and this is no part of the tests.

# Share of the captures, in percent, that must be exact.
declare -A EXACT_MIN=([core]=100 [hard]=95 [hostile]=90)

check_traces() {
  local folder=${1:-$ROOT/../shared/traces} trafrec=$ROOT/build/tools/trafrec capture
  [[ -x $folder/check.py ]] ||
    die "there are no captures in $folder" "usage: tools/dev check traces FOLDER   (a folder with check.py and expected.jsonl)"
  setup build
  build_preset release --target trafrec
  heading "Captures with a truth ($folder)"
  local level count limits=()
  for level in core hard hostile; do
    count=$(grep -c "\"difficulty\": *\"$level\"" "$folder/expected.jsonl")
    limits+=(--min "$level=$(((count * EXACT_MIN[$level] + 99) / 100))")
  done
  # Some captures are cut off: exit code 1 with all that there was.
  "$folder/check.py" --quiet "${limits[@]}" --results \
    "'$trafrec' record --quiet --read {pcap} --log {tmp}/log; '$trafrec' export {tmp}/log --format ndjson" ||
    die "too few captures are exact"
  step "the same, changed by what TCP survives" \
    python3 tests/traces/metamorphic.py "$trafrec" "$folder"/pcaps/*/*.pcap ||
    die "an exchange is not what it was"
  for capture in "$folder"/es/*.pcap.gz; do
    note "$(basename "$capture")"
    python3 tests/traces/check_operations.py "$trafrec" "$capture" "${capture%.pcap.gz}.truth.jsonl.gz" ||
      die "$(basename "$capture") is not recorded as it should be"
  done
}
