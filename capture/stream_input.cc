#include "capture/stream_input.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "capture/limits.h"

namespace trafrec::capture {

StreamInput::StreamInput(std::string name, FileDescriptor file, uint64_t raw_bytes_total,
                         const StopEvent& stop)
    : Input(std::move(name)),
      file_(std::move(file)),
      raw_bytes_total_(raw_bytes_total),
      stop_(stop),
      raw_(limits::kCompressedBytes) {}

Result<Input::State> StreamInput::Refill(size_t bytes, bool may_wait) {
  if (!begun_) {
    TRY_ASSIGN(const State state, Begin(may_wait));
    if (state == State::kPending) {
      return state;
    }
  }
  while (skip_ > 0 || available() < bytes) {
    MakeRoom(skip_ > 0 ? 1 : bytes);
    TRY_ASSIGN(const State state, Append(may_wait));
    DropSkipped();
    if (state != State::kReady) {
      return state;
    }
  }
  return State::kReady;
}

void StreamInput::DropSkipped() {
  const size_t bytes = std::min(skip_, available());
  skip_ -= bytes;
  at_ += bytes;
  offset_ += bytes;
}

void StreamInput::MakeRoom(size_t bytes) {
  const size_t kept = available();
  const auto room = static_cast<size_t>(buffer_end_ - end_);
  if (room > 0 && kept + room >= bytes) {
    return;
  }
  const size_t size = std::max(limits::kStreamWindowBytes, bytes);
  const std::shared_ptr<uint8_t[]> buffer = std::make_shared_for_overwrite<uint8_t[]>(size);
  if (kept > 0) {
    std::memcpy(buffer.get(), at_, kept);
  }
  at_ = buffer.get();
  end_ = at_ + kept;
  buffer_end_ = buffer.get() + size;
  owner_ = buffer;
}

Result<Input::State> StreamInput::Begin(bool may_wait) {
  while (raw_filled_ < sizeof(uint32_t) && !raw_end_) {
    TRY_ASSIGN(const State state, ReadRaw(may_wait));
    if (state == State::kPending) {
      return state;
    }
  }
  begun_ = true;
  const store::StreamFormat format =
      store::StreamFormatOf(Bytes(raw_).first(std::min(raw_filled_, sizeof(uint32_t))));
  if (format != store::StreamFormat::kPlain) {
    decompressor_ = store::StreamDecompressor::Make(format);
  }
  return State::kReady;
}

Result<Input::State> StreamInput::Append(bool may_wait) {
  if (decompressor_ != nullptr) {
    return AppendDecompressed(may_wait);
  }
  // The room behind end_ is ours: no batch looks beyond the packets it was given.
  auto* const end = const_cast<uint8_t*>(end_);
  const std::span<uint8_t> room(end, static_cast<size_t>(buffer_end_ - end_));
  size_t got = std::min(raw_filled_ - raw_at_, room.size());
  if (got > 0) {
    std::memcpy(room.data(), raw_.data() + raw_at_, got);
    raw_at_ += got;
    end_ += got;
    return State::kReady;
  }
  TRY_ASSIGN(const State state, Read(room, got, may_wait));
  end_ += got;
  return state;
}

Result<Input::State> StreamInput::AppendDecompressed(bool may_wait) {
  while (damage_.empty()) {
    auto* const end = const_cast<uint8_t*>(end_);
    const std::span<uint8_t> room(end, static_cast<size_t>(buffer_end_ - end_));
    const Bytes raw = Bytes(raw_).subspan(raw_at_, raw_filled_ - raw_at_);
    const auto step = decompressor_->Run(raw, room);
    if (!step) {
      damage_ = step.error().what;
      break;
    }
    raw_at_ += step->consumed;
    if (step->produced > 0) {
      end_ += step->produced;
      return State::kReady;
    }
    if (step->consumed > 0) {
      continue;
    }
    if (raw_end_) {
      if (!decompressor_->at_boundary()) {
        damage_ = "its compressed data end in the middle";
      }
      return State::kEnd;
    }
    TRY_ASSIGN(const State state, ReadRaw(may_wait));
    if (state == State::kPending) {
      return state;
    }
  }
  return State::kEnd;
}

Result<Input::State> StreamInput::ReadRaw(bool may_wait) {
  if (raw_at_ > 0) {
    std::memmove(raw_.data(), raw_.data() + raw_at_, raw_filled_ - raw_at_);
    raw_filled_ -= raw_at_;
    raw_at_ = 0;
  }
  size_t got = 0;
  TRY_ASSIGN(const State state, Read(std::span(raw_).subspan(raw_filled_), got, may_wait));
  raw_filled_ += got;
  return state;
}

Result<Input::State> StreamInput::Read(std::span<uint8_t> room, size_t& got, bool may_wait) {
  got = 0;
  while (!raw_end_) {
    std::array<pollfd, 2> waiting{pollfd{file_.get(), POLLIN, 0}, pollfd{stop_.fd(), POLLIN, 0}};
    const int ready = poll(waiting.data(), waiting.size(), may_wait ? -1 : 0);
    if (ready < 0 && errno != EINTR) {
      return FailErrno(errno, "cannot read " + name_);
    }
    if (stop_.is_set()) {
      raw_end_ = true;
      break;
    }
    if (ready == 0) {
      return State::kPending;
    }
    if (ready < 0) {
      continue;
    }
    const ssize_t bytes = read(file_.get(), room.data(), room.size());
    if (bytes < 0) {
      if (errno == EINTR || errno == EAGAIN) {
        continue;
      }
      return FailErrno(errno, "cannot read " + name_);
    }
    if (bytes == 0) {
      raw_end_ = true;
      break;
    }
    got = static_cast<size_t>(bytes);
    raw_bytes_read_ += got;
    return State::kReady;
  }
  return State::kEnd;
}

}  // namespace trafrec::capture
