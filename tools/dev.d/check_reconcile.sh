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
  build_preset release --target trafrec
  heading "Verdicts and the source's own history"
  local folder=build/verdicts/one
  /usr/bin/python3 tests/reconcile/real/prove_verdicts.py build/tools/trafrec "$folder" "$@" ||
    die "a verdict is wrong, or the truth is in doubt" "each is shown above; the log is $folder/log"
}
