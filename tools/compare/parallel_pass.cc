// Comparing on several threads.
//
// Finding pairs is reading rows, a fifth of the work, and must be done in order; reading the
// answers and comparing them is the rest, and each pair stands alone. So one thread finds pairs and
// hands out batches of neighbours, which lie in the same frames; others compare them with readers
// of their own. Each batch waits for its turn before its differences are counted: what is counted
// is the same in the same order whatever the number of threads, first examples and limits included.
// Rejected: a tally for each thread, to be merged, which had to know of each part of a report how
// parts add up.

#include "tools/compare/parallel_pass.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "tools/compare/limits.h"

namespace trafrec::tools {
namespace {

size_t SizeOf(const compare::Compared& pair) {
  size_t bytes = sizeof(pair) + pair.shape.size() + pair.kept.size();
  for (const compare::Difference& each : pair.differences.found) {
    bytes += sizeof(each) + each.source_pointer.size() + each.target_pointer.size() +
             each.source.size() + each.target.size();
  }
  return bytes;
}

/// The others can be read all the same.
bool IsOfOnePair(const Error& error) {
  return error.code == ErrorCode::kCorrupt || error.code == ErrorCode::kNotFound;
}

}  // namespace

ParallelPass::ParallelPass(Steps steps, unsigned threads, size_t batch_pairs)
    : steps_(std::move(steps)),
      threads_(threads),
      batch_pairs_(batch_pairs),
      batches_(threads, SIZE_MAX) {}

Status ParallelPass::Run(const Find& find) {
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < threads_; ++i) {
    workers.emplace_back([this] { Work(); });
  }
  Batch batch;
  const auto hand_out = [&] {
    const uint64_t next = batch.number + 1;
    const bool taken = batches_.Push(std::move(batch), 1);
    batch = {.number = next, .pairs = {}};
    return taken;
  };
  const Status found = find([&](RowPair pair) {
    batch.pairs.push_back(std::move(pair));
    return batch.pairs.size() < batch_pairs_ || hand_out();
  });
  if (!batch.pairs.empty()) {
    hand_out();
  }
  batches_.Close();
  workers.clear();
  TRY(std::move(failed_));
  return found;
}

Result<ParallelPass::Readers> ParallelPass::Open() const {
  Readers readers;
  TRY_ASSIGN(readers.source, steps_.open_source());
  TRY_ASSIGN(readers.run, steps_.open_run());
  return readers;
}

void ParallelPass::Work() {
  std::optional<Result<Readers>> readers;  // opened when there is something to read
  while (std::optional<Batch> batch = batches_.Pop()) {
    if (!readers) {
      readers = Open();
    }
    Status compared = *readers ? CompareAll(**readers, *batch) : std::unexpected(readers->error());
    AwaitTurn(batch->number);
    EndTurn(std::move(compared));
  }
}

Status ParallelPass::CompareAll(Readers& readers, const Batch& batch) {
  std::vector<Result<compare::Compared>> found;
  Status failed;
  size_t held = 0;
  for (const RowPair& pair : batch.pairs) {
    Result<compare::Compared> compared =
        pair.kept.empty() ? ComparePair(readers, pair) : JudgePair(readers, pair.kept);
    if (!compared && !IsOfOnePair(compared.error())) {
      failed = std::unexpected(compared.error());
      break;
    }
    held += compared ? SizeOf(*compared) : 0;
    found.push_back(std::move(compared));
    if (held > limits::kHeldBytes) {
      AwaitTurn(batch.number);
      CountAll(found);
      held = 0;
    }
  }
  AwaitTurn(batch.number);
  CountAll(found);
  return failed;
}

Result<compare::Compared> ParallelPass::JudgePair(Readers& readers, const std::string& bytes) {
  std::optional<compare::KeptPair> kept = compare::ReadKept(bytes);
  if (!kept) {
    return Fail(ErrorCode::kIo, "what an earlier comparison kept cannot be read",
                "trafrec compare … --afresh");
  }
  const std::string source = kept->pair.source;
  const std::string result = kept->pair.result;
  if (std::optional<compare::Compared> judged = steps_.judge(*std::move(kept))) {
    return *std::move(judged);
  }
  RowPair pair;
  TRY_ASSIGN(pair.source, readers.source->Find(source));
  TRY_ASSIGN(pair.result, readers.run->Find(result));
  return ComparePair(readers, pair);
}

Result<compare::Compared> ParallelPass::ComparePair(Readers& readers, const RowPair& pair) {
  std::unique_lock<std::mutex> alone;
  if (pair.source.response_body_bytes + pair.result.response_body_bytes > limits::kLargeBytes) {
    alone = std::unique_lock(large_);
  }
  TRY_ASSIGN(const store::StoredExchange source, readers.source->Load(pair.source));
  TRY_ASSIGN(const store::StoredExchange result, readers.run->Load(pair.result));
  return steps_.compare(source, result);
}

void ParallelPass::AwaitTurn(uint64_t number) {
  std::unique_lock lock(mutex_);
  turned_.wait(lock, [&] { return turn_ == number; });
}

void ParallelPass::CountAll(std::vector<Result<compare::Compared>>& found) {
  // failed_ changes at the end of a turn, and this is another one: it can be read without the lock.
  for (const Result<compare::Compared>& each : found) {
    if (failed_ && each) {
      steps_.count(*each);
    } else if (failed_) {
      steps_.unreadable(each.error());
    }
  }
  found.clear();
}

void ParallelPass::EndTurn(Status status) {
  {
    const std::lock_guard lock(mutex_);
    if (failed_ && !status) {
      failed_ = std::move(status);
      batches_.Close();
    }
    ++turn_;
  }
  turned_.notify_all();
}

}  // namespace trafrec::tools
