#pragma once

// SQLite's API, for the files of this folder. They are compiled twice: for programs of ours, which
// link SQLite, and for the extension, where each call goes through the table of the program that
// loaded it. So a process never has two SQLites at work on the same files.

#ifdef TRAFREC_SQLITE_OF_HOST
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT3
#else
#include <sqlite3.h>
#endif
