#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "store/db/database.h"
#include "store/overlay/overlay_entry.h"
#include "store/overlay/overlay_file.h"
#include "store/reader/attempt_keys.h"

namespace trafrec::store {

/// Puts entries into an overlay, all in one transaction: nothing of them is there before Commit.
/// One thread.
class OverlayWriter {
 public:
  /// Makes the file if there is none; without Commit it is gone with this object. kUsage if it is
  /// of another log.
  static Result<std::unique_ptr<OverlayWriter>> Open(const std::filesystem::path& path,
                                                     const std::string& log_id);

  ~OverlayWriter();
  OverlayWriter(const OverlayWriter&) = delete;
  OverlayWriter& operator=(const OverlayWriter&) = delete;

  /// Takes the place of an entry of that kind and address. Fails if the entry cannot be, or closes
  /// a circle of moves.
  Status Put(const OverlayEntry& entry);
  /// Takes the place of the insertion of that number; gives a number to one that has none. Returns
  /// the number.
  Result<uint64_t> Put(const Insertion& insertion);
  /// Takes out the entry of that kind and address, or the insertion of that number with all that is
  /// said of it. False: there was none. The number of an insertion is not given again.
  Result<bool> Remove(const OperationAddress& at, OverlayKind kind);
  Result<bool> RemoveInsertion(uint64_t number);
  /// Fails if something is still to come beside one of these insertions, which are gone.
  Status RefuseLeftBeside(const std::vector<uint64_t>& gone);
  /// As OverlayReader has it, of what was put, too.
  Status CheckAgainst(const std::string& log_id, LogReader& log);
  Status Commit();

 private:
  OverlayWriter(db::Database database, std::filesystem::path made)
      : database_(std::move(database)), made_(std::move(made)) {}

  Status Begin(const std::string& log_id, bool is_new);
  Status PutRewrite(const OperationAddress& at, const OverlayRewrite& rewrite);
  Status RefuseCircle(const OperationAddress& at, const OverlayMove& move);
  Status BindAddress(db::Statement& statement, int first, const OperationAddress& at);

  db::Database database_;
  std::filesystem::path made_;  ///< the file, until the first Commit; empty: it was there
  db::Statement put_entry_;
  db::Statement put_rewrite_;
  db::Statement put_insertion_;
  db::Statement find_move_;
  AttemptKeys attempts_;
};

}  // namespace trafrec::store
