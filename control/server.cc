#include "control/server.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/check.h"
#include "control/runtime_directory.h"

namespace trafrec::control {
namespace {

using std::chrono::milliseconds;

/// Without free descriptors the listener stays readable, and would keep the thread busy.
constexpr auto kAcceptPause = milliseconds(100);
constexpr int kBacklog = 16;

Result<FileDescriptor> ListenAt(const std::filesystem::path& path) {
  TRY_ASSIGN(FileDescriptor socket, NewSocket());
  TRY_ASSIGN(const sockaddr_un address, AddressOf(path));
  // The folder is nobody else's; the socket's own mode is a second wall.
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return FailErrno(errno, "cannot make the control socket " + path.string());
  }
  if (chmod(path.c_str(), 0600) != 0 || listen(socket.get(), kBacklog) != 0) {
    return FailErrno(errno, "cannot listen at the control socket " + path.string());
  }
  return socket;
}

/// True if the name is free, or was of a dead process and is free now.
bool MakeFree(const std::filesystem::path& path) {
  const Result<FileDescriptor> probe = NewSocket();
  if (!probe) {
    return false;
  }
  const std::optional<int> failure = TryConnect(*probe, path);
  // That is also what a plain file says.
  struct stat found{};
  if (failure == ECONNREFUSED && lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) {
    return unlink(path.c_str()) == 0;
  }
  return failure == ENOENT;
}

}  // namespace

Result<std::unique_ptr<Server>> Server::Bind(const std::string& name) {
  TRY_ASSIGN(const std::filesystem::path folder, RuntimeDirectory());
  for (int i = 1; i <= limits::kNamesTried; ++i) {
    const std::filesystem::path path =
        folder / (i == 1 ? name + ".sock" : fmt::format("{}-{}.sock", name, i));
    TRY(AddressOf(path));
    if (MakeFree(path)) {
      TRY_ASSIGN(FileDescriptor socket, ListenAt(path));
      return std::unique_ptr<Server>(new Server(std::move(socket), path));
    }
  }
  return Fail(ErrorCode::kInUse,
              fmt::format("cannot make a control socket {}: others are in use or in the way",
                          (folder / name).string()),
              "look at the sockets in that folder");
}

Server::Server(FileDescriptor socket, std::filesystem::path path)
    : listener_(std::move(socket)),
      path_(std::move(path)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(wake_.get() >= 0);
  // A failure leaves inode 0, which no file has.
  static_cast<void>(lstat(path_.c_str(), &made_));
}

void Server::Stop() {
  if (thread_.joinable()) {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof(one));
    thread_.join();
  }
}

Server::~Server() {
  Stop();
  struct stat now{};
  if (lstat(path_.c_str(), &now) == 0 && now.st_ino == made_.st_ino && now.st_dev == made_.st_dev) {
    unlink(path_.c_str());
  }
}

void Server::Serve(Handler handler, milliseconds patience) {
  CHECK(!thread_.joinable());
  handler_ = std::move(handler);
  patience_ = patience;
  thread_ = std::thread([this] { Run(); });
}

ServerCounts Server::counts() const {
  const std::lock_guard lock(counts_mutex_);
  return counts_;
}

void Server::Count(uint64_t ServerCounts::* which) {
  const std::lock_guard lock(counts_mutex_);
  ++(counts_.*which);
}

void Server::Run() {
  pthread_setname_np(pthread_self(), "control");
  while (true) {
    const auto now = Clock::now();
    const short accepting = now >= no_accept_until_ ? POLLIN : 0;
    std::vector<pollfd> waiting = {{wake_.get(), POLLIN, 0}, {listener_.get(), accepting, 0}};
    auto wake_at = now + milliseconds(limits::kIdleClientMs);
    for (const Client& client : clients_) {
      const short events = client.out.empty() ? POLLIN : POLLOUT;
      waiting.push_back({client.socket.get(), events, 0});
      wake_at = std::min(wake_at, client.deadline);
    }
    if (accepting == 0) {
      wake_at = std::min(wake_at, no_accept_until_);
    }
    const auto timeout = std::chrono::ceil<milliseconds>(wake_at - now).count();
    poll(waiting.data(), waiting.size(), static_cast<int>(std::max<int64_t>(0, timeout)));
    if (waiting[0].revents != 0) {
      return;
    }
    for (size_t i = 0; i < clients_.size(); ++i) {
      const short events = waiting[i + 2].revents;
      if ((events & POLLOUT) != 0) {
        Write(clients_[i]);
        Answer(clients_[i]);
      } else if (events != 0) {
        Read(clients_[i]);
      }
    }
    LetGoOfTheLate();
    if (waiting[1].revents != 0) {
      Accept();
    }
  }
}

void Server::Accept() {
  while (true) {
    FileDescriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.get() < 0) {
      if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
        no_accept_until_ = Clock::now() + kAcceptPause;
      }
      return;
    }
    Admit(std::move(socket));
  }
}

/// Whoever is sent away hears why, if that fits into his socket's buffer.
void Server::Admit(FileDescriptor socket) {
  const auto say = [&socket](const Error& error) {
    const std::string line = ErrorLine(error);
    [[maybe_unused]] const ssize_t sent =
        send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL);
  };
  const std::optional<Peer> peer = PeerOf(socket.get());
  if (!peer || (peer->user != geteuid() && peer->user != 0)) {
    const std::lock_guard lock(counts_mutex_);
    ++counts_.refused;
    counts_.last_refused =
        peer ? fmt::format("user {}, process {}", peer->user, peer->process) : "unknown";
    say({ErrorCode::kPermission, "only the user who runs it, and root, may control it",
         "use that user, as in: sudo -u USER trafrec ctl …"});
    return;
  }
  if (clients_.size() >= limits::kClients) {
    Count(&ServerCounts::turned_away);
    say({ErrorCode::kInUse, fmt::format("{} others control it already", clients_.size()),
         "end one of them"});
    return;
  }
  clients_.push_back({.socket = std::move(socket),
                      .in = {},
                      .out = {},
                      .deadline = Clock::now() + milliseconds(limits::kIdleClientMs)});
}

void Server::Read(Client& client) {
  std::array<char, limits::kRequestBytes> buffer;
  const ssize_t got = recv(client.socket.get(), buffer.data(), buffer.size(), 0);
  if (got <= 0) {
    client.gone = got == 0 || (errno != EAGAIN && errno != EINTR);
    return;
  }
  if (client.in.empty()) {
    client.deadline = Clock::now() + patience_;
  }
  client.in.append(buffer.data(), static_cast<size_t>(got));
  Answer(client);
}

/// The requests that are whole, one after another, as long as the client takes the answers.
void Server::Answer(Client& client) {
  while (!client.gone && client.out.empty()) {
    const size_t end = client.in.find('\n');
    if (end >= limits::kRequestBytes) {
      if (end != std::string::npos || client.in.size() >= limits::kRequestBytes) {
        Count(&ServerCounts::cut_off);
        client.out =
            ErrorLine({ErrorCode::kUsage,
                       fmt::format("a request has at most {} bytes", limits::kRequestBytes),
                       "docs/control.md has the protocol"});
        Write(client);
        client.gone = true;
      }
      return;
    }
    client.out = AnswerTo(std::string_view(client.in).substr(0, end));
    client.in.erase(0, end + 1);
    client.deadline = Clock::now() + patience_;
    Write(client);
  }
}

std::string Server::AnswerTo(std::string_view line) {
  const Result<Json> request = ParseRequest(line);
  const Result<Json> answer = request ? handler_(*request) : std::unexpected(request.error());
  Count(answer ? &ServerCounts::answered : &ServerCounts::failed);
  return answer ? AnswerLine(*answer) : ErrorLine(answer.error());
}

void Server::Write(Client& client) {
  const ssize_t sent =
      send(client.socket.get(), client.out.data(), client.out.size(), MSG_NOSIGNAL);
  if (sent < 0) {
    client.gone = errno != EAGAIN && errno != EINTR;
    return;
  }
  client.out.erase(0, static_cast<size_t>(sent));
  if (client.out.empty() && client.in.empty()) {
    client.deadline = Clock::now() + milliseconds(limits::kIdleClientMs);
  }
}

void Server::LetGoOfTheLate() {
  const auto now = Clock::now();
  for (Client& client : clients_) {
    if (!client.gone && now >= client.deadline) {
      client.gone = true;
      if (!client.in.empty() || !client.out.empty()) {
        Count(&ServerCounts::cut_off);
      }
    }
  }
  std::erase_if(clients_, [](const Client& client) { return client.gone; });
}

}  // namespace trafrec::control
