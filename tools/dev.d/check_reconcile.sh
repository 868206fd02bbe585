# What reconciliation reads of real nodes, for some minutes. Sourced by tools/dev.

check_reconcile() {
  setup build test replay
  build_preset release --target trafrec --target reconcile_probe
  heading "Reconciliation and real services"
  /usr/bin/python3 tests/reconcile/real/check_reconcile.py build/tests/reconcile/real/reconcile_probe "$@" ||
    die "a real node is not read as it is" "each difference is shown above"
}
