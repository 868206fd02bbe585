#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/stop_event.h"
#include "replay/dialect/operation.h"
#include "replay/edit/content.h"
#include "replay/edit/edit_file.h"
#include "replay/message/http_message.h"

namespace trafrec::edit {

/// What an edit may ask for beside the request.
struct Context {
  /// The exchange's id, as commands show it; filters are told.
  std::string id{};
  /// Of the request, before any edit. May be null where Editor::needs_meaning() is false.
  const dialect::Meaning* meaning = nullptr;
};

/// What a step did to a request.
struct Changes {
  bool target = false;  ///< or method
  bool fields = false;
  bool host = false;                ///< the Host field is the step's
  std::string drop{};               ///< why the request goes nowhere: a sentence; "" if it does
  std::string to{};                 ///< the name of another target, which is there; "": none
  std::vector<uint32_t> removed{};  ///< operations that the body has no more, by their place in it
  std::vector<uint32_t> rules{};    ///< which of the step's rules did something
  std::string failure{};  ///< what went wrong with this request, if it goes on all the same
};

/// What becomes of a request that rule 0 of a step failed on. An Error names the exchange.
Result<Changes> Failed(OnError on_error, const std::string& rule, const Context& context,
                       std::string why);

/// `stop` may be null.
inline bool IsStopped(const StopEvent* stop) { return stop != nullptr && stop->is_set(); }
/// What ends the replay when somebody did not wait for a step: no failure of the request.
std::unexpected<Error> Stopped(const std::string& rule);

/// One edit after the route: a rewrite, a program, a filter, a library of transforms. A body is
/// changed through its Content.
class Step {
 public:
  virtual ~Step() = default;

  /// The names under which what it does is counted; at least one.
  virtual std::vector<std::string> rules() const = 0;
  virtual bool needs_meaning() const { return false; }
  /// Whether it is for this request, which is as it came in.
  virtual bool Fits(const Context& context, const message::Request& request) const = 0;
  /// An Error ends the replay.
  virtual Result<Changes> Apply(const Context& context, message::Request& request,
                                Content& content) = 0;
};

}  // namespace trafrec::edit
