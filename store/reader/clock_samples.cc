// Which messages two recorders compare their clocks by.
//
// Their clocks may be hours apart, so nothing can be looked up by time; and a log holds more
// messages than memory. So each recorder keeps the messages whose name (a hash of connection, side
// and sequence number) is divisible by a power of two that grows as the samples do. What one keeps
// at the greater of two powers the other kept too.
//
// A sentinel's nonce is a name, too: recorders before and behind a proxy share no connection, but
// the sentinels that passed both. They are few, so all of them are kept.
//
// Rejected: comparing connections. Those of a pool stay open for days, and few are seen to open.

#include "store/reader/clock_samples.h"

#include <algorithm>

#include "store/format/sentinel_record.h"
#include "store/format/sentinel_rows.h"
#include "store/reader/hidden_columns.h"
#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

uint64_t Mixed(uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccd;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53;
  return value ^ (value >> 33);
}

/// Of the four columns from `first` on.
uint64_t ConnectionName(const db::Statement& row, int first, bool by_ports) {
  uint64_t name = 0;
  for (const int column : {first, first + 2}) {
    if (!by_ports) {
      name = Mixed(name ^ std::hash<std::string_view>{}(row.Text(column)));
    }
    name = Mixed(name ^ row.Unsigned(column + 1));
  }
  return name;
}

uint64_t MessageName(uint64_t connection, bool response, uint64_t first_seq) {
  return Mixed(connection ^ (first_seq << 1 | static_cast<uint64_t>(response)));
}

/// A multiple of every power of two that samples are thinned by.
uint64_t SentinelName(std::string_view nonce, bool response) {
  return Mixed(std::hash<std::string_view>{}(nonce) ^ static_cast<uint64_t>(response)) << 20;
}

}  // namespace

Status ClockSamples::AddSentinels(SegmentConnection& connection) {
  TRY_ASSIGN(const bool any, HasSentinelTable(connection.database()));
  if (!any) {
    return {};
  }
  TRY_ASSIGN(db::Statement * rows,
             connection.Prepared("SELECT s.nonce, e.began_ns, e.began_ns+q.span_ns+e.latency_ns "
                                 "FROM sentinel s JOIN exchange e ON e.n=s.exchange "
                                 "JOIN message q ON q.id=2*e.n "
                                 "WHERE s.verdict=?1 AND e.latency_ns>=0"));
  rows->Bind(0, static_cast<int64_t>(SentinelVerdict::kCounted));
  while (true) {
    TRY_ASSIGN(const bool row, rows->Step());
    if (!row) {
      break;
    }
    samples_.push_back({SentinelName(rows->Text(0), false), rows->Int(1), false});
    samples_.push_back({SentinelName(rows->Text(0), true), rows->Int(2), true});
  }
  rows->Reset();
  return {};
}

Status ClockSamples::AddRows(SegmentConnection& connection, uint64_t from, uint64_t to) {
  TRY_ASSIGN(db::Statement * rows,
             connection.Prepared(
                 "SELECT c.client_address, c.client_port, c.server_address, c.server_port, "
                 "e.began_ns, q.first_seq, a.first_seq, e.began_ns+q.span_ns+e.latency_ns "
                 "FROM exchange e JOIN connection c ON c.number=e.connection "
                 "JOIN message q ON q.id=2*e.n LEFT JOIN message a ON a.id=2*e.n+1 "
                 "WHERE e.n BETWEEN ?1 AND ?2"));
  rows->Bind(0, from).Bind(1, to);
  const auto add = [&](uint64_t connection_name, bool response, uint64_t first_seq, TimeNs at) {
    const uint64_t name = MessageName(connection_name, response, first_seq);
    if (name % share_ == 0) {
      samples_.push_back({name, at, response});
    }
  };
  while (true) {
    TRY_ASSIGN(const bool row, rows->Step());
    if (!row) {
      break;
    }
    const uint64_t name = ConnectionName(*rows, 0, by_ports_);
    if (!rows->IsNull(5)) {
      add(name, false, rows->Unsigned(5), rows->Int(4));
    }
    if (!rows->IsNull(6) && !rows->IsNull(7)) {
      add(name, true, rows->Unsigned(6), rows->Int(7));
    }
  }
  rows->Reset();
  return {};
}

void ClockSamples::Thin() {
  while (samples_.size() > limits::kClockSamplesMax) {
    share_ *= 2;
    std::erase_if(samples_,
                  [&](const ClockSample& sample) { return sample.message % share_ != 0; });
  }
}

Status ClockSamples::AddSegment(SegmentFiles& files, const AttemptKey& attempt, uint32_t segment) {
  ExchangeNumber from = 0;
  for (bool more = true; more;) {
    const size_t before = samples_.size();
    const Status read = files.With(attempt, segment, [&](SegmentConnection& connection) -> Status {
      samples_.resize(before);
      TRY_ASSIGN(db::Statement * range,
                 connection.Prepared("SELECT min(n), max(n) FROM (SELECT n FROM exchange WHERE "
                                     "n>=?1 ORDER BY n LIMIT ?2)"));
      TRY_ASSIGN(const bool row, range->Bind(0, from).Bind(1, limits::kKeyChunkRows).Step());
      more = row && !range->IsNull(0);
      const ExchangeNumber first = range->Unsigned(0);
      const ExchangeNumber last = range->Unsigned(1);
      range->Reset();
      if (more) {
        TRY(AddRows(connection, first, last));
        from = last + 1;
      }
      return {};
    });
    if (!read) {
      return read.error().code == ErrorCode::kNotFound ? Status() : read;
    }
    Thin();
  }
  const size_t before = samples_.size();
  const Status read = files.With(attempt, segment, [&](SegmentConnection& connection) {
    samples_.resize(before);
    return AddSentinels(connection);
  });
  return read || read.error().code == ErrorCode::kNotFound ? Status() : read;
}

Status ClockSamples::Add(SegmentFiles& files, const AttemptSnapshot& attempt) {
  for (const uint32_t segment : attempt.segments) {
    TRY(AddSegment(files, attempt.key, segment));
  }
  return {};
}

std::vector<ClockSample> ClockSamples::Take(uint64_t share) const {
  std::vector<ClockSample> taken;
  std::ranges::copy_if(samples_, std::back_inserter(taken),
                       [share](const ClockSample& sample) { return sample.message % share == 0; });
  // An open row and its final one are the same moment; two attempts over one capture, too.
  std::ranges::sort(taken, [](const ClockSample& one, const ClockSample& other) {
    return std::pair(one.message, one.at) < std::pair(other.message, other.at);
  });
  const auto twice = std::ranges::unique(taken, {}, &ClockSample::message);
  taken.erase(twice.begin(), twice.end());
  return taken;
}

Result<std::map<std::string, ClockSamples>> TakeClockSamples(
    SegmentFiles& files, const std::vector<AttemptSnapshot>& attempts) {
  std::map<std::string, ClockSamples> samples;
  const bool by_ports = !FindHiddenColumns(files, attempts).addresses.empty();
  for (const AttemptSnapshot& attempt : attempts) {
    TRY(samples.try_emplace(attempt.key.recorder, by_ports).first->second.Add(files, attempt));
  }
  return samples;
}

}  // namespace trafrec::store
