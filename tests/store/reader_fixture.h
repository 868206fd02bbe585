#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "store/reader/log_reader.h"
#include "store/writer/log_writer.h"
#include "tests/store/log_fixture.h"

// What a reader sees of a log, in one line a question.

namespace trafrec::store {

std::unique_ptr<LogReader> OpenReader(const std::filesystem::path& log);

/// Numbers of the exchanges that Visit shows, in its order.
std::vector<ExchangeNumber> Numbers(LogReader& reader, const ExchangeFilter& filter = {});
/// The same of the next Follow.
std::vector<ExchangeNumber> Followed(LogReader& reader, const ExchangeFilter& filter = {});
std::vector<ExchangeRow> Rows(LogReader& reader, const ExchangeFilter& filter = {});
/// Loads the exchange of that number, of recorder "r".
StoredExchange LoadNumber(LogReader& reader, ExchangeNumber number, uint32_t attempt = 1);

/// What Visit's Error says to a filter with this SQL.
std::string RefusalOf(LogReader& reader, const std::string& where);

/// A finished log of recorder "r" with exchanges 1 … `count`, requests with BodyOf(n, body_bytes).
void MakeLog(const LogWriterOptions& options, ExchangeNumber count, size_t body_bytes = 0);

/// The first segment of the first attempt of "r".
std::filesystem::path FirstSegment(const std::filesystem::path& log);
/// Runs SQL on a sealed segment, as damage does not ask whether it may.
void Spoil(const std::filesystem::path& segment, const std::string& sql);
/// What Verify finds, one sentence a line, each behind its file's name.
std::string DamagesOf(const std::filesystem::path& log);

}  // namespace trafrec::store
