"""A network namespace with nothing but a loopback: ports are free, and nobody else is heard."""

import os
import sys

INSIDE = "TRAFREC_CHECK_OWN_NETWORK"


def enter():
    """Starts this program again in one, unless it is there already."""
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "yes"
        rights = "-n" if os.geteuid() == 0 else "-Urn"
        os.execvp("unshare", ["unshare", rights, "sh", "-c", "ip link set lo up && exec \"$@\"", "sh", sys.executable,
                              *sys.argv])
