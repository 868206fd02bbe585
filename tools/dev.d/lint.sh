# clang-format and clang-tidy. Sourced by tools/dev.

# Our files, also those that are not committed yet; `$1` is a pattern for git.
our_files() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do
  [[ ! -f $file ]] || echo "$file"
done; }

# Those of our sources that are not as they were at that commit.
changed_since() {
  { git diff --name-only --diff-filter=d "$1" -- '*.cc' '*.h' &&
    git ls-files --others --exclude-standard -- '*.cc' '*.h'; } | sort -u
}

format() {
  setup lint
  mapfile -t files < <(our_files '*.cc' '*.h')
  clang-format-19 -i "${files[@]}"
  note "formatted ${#files[@]} files"
}

# Checks that take two fifths of the time and find the least; --changed and --deep have them.
TIDY_RARELY='-clang-analyzer-*,-bugprone-reserved-identifier,-bugprone-standalone-empty,-bugprone-stringview-nullptr'
TIDY_RARELY+=',-bugprone-suspicious-string-compare,-bugprone-multiple-statement-macro,-bugprone-assert-side-effect'
TIDY_RARELY+=',-bugprone-suspicious-semicolon,-bugprone-unused-raii,-bugprone-chained-comparison'
TIDY_RARELY+=',-bugprone-inc-dec-in-conditions,-modernize-use-using,-modernize-use-nullptr'
TIDY_RARELY+=',-readability-redundant-control-flow,-readability-redundant-declaration'

# lint [--all | --quick | --deep | --changed [SINCE]]: clang-tidy goes over those of the product's files that differ from the
# commit in .ci/linted, without its static analyzer and its dearest checks; with --all over all of them (a quarter of an
# hour on two cores), with --deep over the tests too and with every check (an hour), with --changed likewise over what
# has changed since then, with --quick over none. Whoever has run --all may put the commit into .ci/linted.
lint() {
  case ${1:-} in
    '' | --all | --quick | --deep | --changed) ;;
    *) die "lint takes --all, --quick, --deep or --changed [REF], and not \"$1\"" ;;
  esac
  setup build lint
  local files sources
  if [[ ${1:-} == --changed ]]; then
    local since=${2:-HEAD}
    mapfile -t files < <(changed_since "$since")
  else
    mapfile -t files < <(our_files '*.cc' '*.h')
  fi
  heading "Lint (${#files[@]} files)"
  if ((${#files[@]} == 0)); then
    note "nothing has changed"
    return
  fi
  step "clang-format" clang-format-19 --dry-run -Werror "${files[@]}"
  step "line and file length" check_lengths "${files[@]}"
  step "shell scripts" check_scripts
  if [[ ${1:-} == --quick ]]; then
    return
  fi
  local checks='' except='^$'
  if [[ ${1:-} != --deep && ${1:-} != --changed ]]; then
    checks=$TIDY_RARELY except='^tests/'
  fi
  if [[ -z ${1:-} ]] && git cat-file -e "$(<.ci/linted)^{commit}" 2>/dev/null; then
    mapfile -t files < <(changed_since "$(<.ci/linted)")
  fi
  mapfile -t sources < <(printf '%s\n' "${files[@]}" | grep '\.cc$' | grep -v "$except")
  if ((${#sources[@]} == 0)); then
    return
  fi
  # With the benches and fuzz targets, so that every file is in the list of compile commands.
  step "configure for clang-tidy" cmake --preset clang -B build-lint -DTRAFREC_BENCH=ON -DTRAFREC_FUZZ=ON -DTRAFREC_PCH=OFF
  # Headers are checked through the files that include them.
  step "clang-tidy over ${#sources[@]} files" tidy "$checks" "${sources[@]}"
}

# tidy CHECKS FILE...: CHECKS are added to those of .clang-tidy.
tidy() {
  local checks=$1 expression
  shift
  expression=$(printf '%s\n' "$@" | sed 's/[.+]/\\&/g' | paste -sd '|')
  # Only findings and progress: warnings in other people's headers are counted file by file otherwise.
  run-clang-tidy-19 -clang-tidy-binary clang-tidy-19 -p build-lint -j "$JOBS" -quiet -checks="$checks" \
    "^$ROOT/($expression)\$" 2>&1 | sed -uE '/^[0-9]+ warnings? generated\.$/d; /^$/d; s/^(\[ *[0-9]+\/[0-9]+\])\[.* ([^ ]+)$/\1 \2/'
}

# Files above 400 lines hold more than one concept.
check_lengths() {
  local file lines bad=0
  for file in "$@"; do
    lines=$(wc -l <"$file")
    if ((lines > 400)); then
      echo "$file: $lines lines; more than 400 are more than one concept: split it"
      bad=1
    fi
  done
  return "$bad"
}

check_scripts() {
  local file
  for file in tools/dev tools/dev.d/*.sh .ci/run packaging/container_root packaging/debian/p*; do
    bash -n "$file" || return 1
  done
  our_files '*.py' | while read -r file; do
    python3 -c 'import sys; compile(open(sys.argv[1]).read(), sys.argv[1], "exec")' "$file" || return 1
  done
}
