#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "control/limits.h"
#include "control/message.h"
#include "control/socket.h"

namespace trafrec::control {

/// Clients and what became of them.
struct ServerCounts {
  uint64_t answered = 0;     ///< requests that got what they asked for
  uint64_t failed = 0;       ///< requests that got an error
  uint64_t refused = 0;      ///< clients of another user
  uint64_t turned_away = 0;  ///< came while there were too many
  uint64_t cut_off = 0;      ///< too slow, or sent too much
  std::string last_refused;  ///< "user 1000, process 4711"; empty: nobody
};

/// The end that a running process is asked at. Its socket is its user's alone, and each client's
/// credentials are looked at as well: the same user, or root. One thread answers one request at a
/// time; whoever is slow or hostile costs other clients at most the time of a request, and the
/// recording nothing.
class Server {
 public:
  using Handler = std::function<Result<Json>(const Json& request)>;

  /// Makes the socket NAME.sock in the runtime directory, in place of one that a dead process left.
  /// If a living one has it, NAME-2.sock, and so on.
  static Result<std::unique_ptr<Server>> Bind(const std::string& name);
  /// Stops, and removes the socket.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Starts the thread, once; `handler` is called there. Until then clients wait. Whoever has begun
  /// a request sends the rest, and takes his answer, within `patience`.
  void Serve(Handler handler, std::chrono::milliseconds patience =
                                  std::chrono::milliseconds(limits::kClientPatienceMs));

  /// Waits for the request that is being answered: `handler` is not called any more. May be called
  /// again.
  void Stop();

  const std::filesystem::path& path() const { return path_; }
  ServerCounts counts() const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Client {
    FileDescriptor socket;
    std::string in;
    std::string out;
    Clock::time_point deadline;
    bool gone = false;
  };

  Server(FileDescriptor socket, std::filesystem::path path);

  void Run();
  void Accept();
  void Admit(FileDescriptor socket);
  void Read(Client& client);
  void Answer(Client& client);
  std::string AnswerTo(std::string_view line);
  void Write(Client& client);
  void LetGoOfTheLate();
  void Count(uint64_t ServerCounts::* which);

  const FileDescriptor listener_;
  const std::filesystem::path path_;
  struct stat made_{};         // so that only our own socket is removed
  const FileDescriptor wake_;  // readable once the thread is to end
  Handler handler_;
  std::chrono::milliseconds patience_{0};
  std::vector<Client> clients_;
  Clock::time_point no_accept_until_;
  mutable std::mutex counts_mutex_;
  ServerCounts counts_;
  std::thread thread_;
};

}  // namespace trafrec::control
