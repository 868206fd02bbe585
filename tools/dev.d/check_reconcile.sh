# What reconciliation reads of real nodes, for some minutes. Sourced by tools/dev.

check_reconcile() {
  setup build test replay
  build_preset release --target trafrec --target reconcile_probe
  heading "Reconciliation and real services"
  /usr/bin/python3 tests/reconcile/real/check_reconcile.py build/tests/reconcile/real/reconcile_probe "$@" ||
    die "a real node is not read as it is" "each difference is shown above"
}

# Whole migrations, each to a target that must become what its source was.
check_migration() {
  setup build test replay reconcile
  build_preset release --target trafrec
  heading "Migrations under faults"
  /usr/bin/python3 tests/reconcile/real/prove_migration.py build/tools/trafrec build/migration "$@" ||
    die "a target is not what its source was" "each difference is shown above; the last log is build/migration/log"
}

# The verdicts on one log under faults, from the log alone, with the source, with its translogs.
check_verdicts() {
  setup build test replay reconcile
  build_preset release --target trafrec --target reconcile_probe
  heading "Verdicts and the source's own history"
  local folder=build/verdicts/one
  /usr/bin/python3 tests/reconcile/real/prove_verdicts.py build/tools/trafrec "$folder" \
    --probe build/tests/reconcile/real/reconcile_probe "$@" ||
    die "a verdict is wrong, or the truth is in doubt" "each is shown above; the log is $folder/log"
}

# A move without a pause: what a backfill holds, and a replay of the rest.
check_boundary() {
  setup build test replay reconcile
  build_preset release --target trafrec
  heading "Backfills taken under load"
  local status=0
  /usr/bin/python3 tests/reconcile/real/prove_boundary.py build/tools/trafrec "$@" || status=$?
  case $status in
    0) ;;
    2) die "nothing was proved: without the boundary the documents are the same, or something is undecided" "try another --seed" ;;
    *) die "a document differs after the move" "each is shown above" ;;
  esac
}
