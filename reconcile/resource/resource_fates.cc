// Whether a PUT or a DELETE that nobody answered changed its resource.
//
// Only states of the resource count: what a GET shows, what an answered PUT or DELETE left behind.
// If the resource was otherwise before the request, and is as the request would have it later, then
// somebody made it so; if nobody else can have, the request did. If it is as it was, and nobody can
// have changed it to and fro meanwhile, the request changed nothing: it was not carried out, or it
// made no difference, which is the same for who sends the log again. A PUT or DELETE that was
// answered, and came when the request could no longer run, hides whatever it did.
//
// A server may act on a part of a request, and while it comes, so a request can have its effect
// from its first byte on, and a whole one no sooner than a cut one. It may send a file while
// somebody writes it, so a look lasts until its answer's last byte.
//
// Rejected: Last-Modified against the recorder's clock (the server has its own), and weak etags
// (they may stay while the content changes: RFC 9110, section 8.8.1).

#include "reconcile/resource/resource_fates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "store/reader/exchange_id.h"

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;
using How = ResourceWrite::How;

enum class Same : uint8_t { kNo, kYes, kUnknown };

/// Whether two states are one: by what both show.
Same Compare(const ResourceState& a, const ResourceState& b) {
  if (a.present != b.present) {
    return Same::kNo;
  }
  if (!a.present) {
    return Same::kYes;
  }
  if (a.content && b.content && *a.content != *b.content) {
    return Same::kNo;
  }
  if (!a.etag.empty() && !b.etag.empty()) {
    return a.etag == b.etag ? Same::kYes : Same::kNo;
  }
  if (!a.modified.empty() && !b.modified.empty() && a.modified != b.modified) {
    return Same::kNo;
  }
  return a.content && b.content ? Same::kYes : Same::kUnknown;
}

/// Whether both were seen by a client like the other. What a request left behind has no variant,
/// and neither has nothing.
bool Alike(const ResourceSight& before, const ResourceSight& after) {
  return after.live || (before.state.who == after.state.who &&
                        (before.left || !before.state.present || !after.state.present ||
                         before.state.variant == after.state.variant));
}

class Judging {
 public:
  Judging(const ResourceHistory& resources, const History& history, size_t question)
      : resources_(resources),
        history_(history),
        name_(*resources.asked[question]),
        resource_(resources.resources.at(name_)) {
    const auto own = std::ranges::find(resource_.writes, history.questions[question].at.exchange,
                                       &ResourceWrite::id);
    if (own != resource_.writes.end() && own->own && own->how != How::kOther) {
      asked_ = &*own;
    }
  }

  /// Nothing if both may be.
  std::optional<Finding> Run() const {
    if (asked_ == nullptr) {
      return std::nullopt;
    }
    if (auto found = Looked()) {
      return found;
    }
    for (const ResourceWrite& write : resource_.writes) {
      if (write.own && write.done && write.how != How::kOther &&
          write.ran.from > asked_->ran.until) {
        return Finding{
            .verdict = Verdict::kSuperseded,
            .evidence = {
                {"overwritten", fmt::format("whatever it did, {} {} it later", Id(write.id),
                                            write.how == How::kDeletes ? "deleted" : "replaced")}}};
      }
    }
    return std::nullopt;
  }

 private:
  static std::string Id(const store::ExchangeId& id) { return store::FormatExchangeId(id); }

  /// The last state that is known from before the request.
  const ResourceSight* Before() const {
    const ResourceSight* last = nullptr;
    for (const ResourceSight& sight : resource_.sights) {
      if (sight.at.until < asked_->ran.from &&
          (last == nullptr || sight.at.until > last->at.until)) {
        last = &sight;
      }
    }
    return last;
  }

  std::optional<Finding> Looked() const {
    const ResourceSight* before = Before();
    if (before == nullptr) {
      return std::nullopt;
    }
    std::optional<Finding> presumed;
    for (const ResourceSight& after : resource_.sights) {
      if (after.left || after.at.until < asked_->ran.from) {
        continue;  // what another request left says nothing of this one
      }
      auto found = Between(*before, after);
      if (!found) {
        continue;
      }
      if (found->grade == Grade::kProven) {
        return found;
      }
      if (presumed && presumed->verdict != found->verdict) {
        return std::nullopt;  // of the assumptions one is wrong
      }
      presumed = presumed ? presumed : found;
    }
    return presumed;
  }

  std::optional<Finding> Between(const ResourceSight& before, const ResourceSight& after) const {
    const Span meanwhile{before.at.from, after.at.until};
    if (!Alike(before, after)) {
      return std::nullopt;
    }
    const Others others = OthersMayMakeIt(meanwhile);
    const bool committed =
        IsAsAsked(after.state) == Same::kYes && IsOtherwise(before) && others != Others::kMay;
    const bool unchanged = !committed && after.at.from > asked_->ran.until &&
                           Compare(before.state, after.state) == Same::kYes &&
                           !OthersMayChange(meanwhile, before);
    if (!committed && !unchanged) {
      return std::nullopt;
    }
    Finding finding{.verdict = committed ? Verdict::kCommitted : Verdict::kNotCommitted};
    finding.evidence.push_back({"history", WordsFor(committed, before, after)});
    if (committed && others == Others::kUnlessAlike) {
      Presume("as put: the service shows what was put as it came", finding);
    }
    if (!Assume(meanwhile, after.live, finding)) {
      return std::nullopt;
    }
    return finding;
  }

  /// Whether the resource is as the request would have it.
  Same IsAsAsked(const ResourceState& state) const {
    if (asked_->how == How::kDeletes) {
      return state.present ? Same::kNo : Same::kYes;
    }
    if (!state.present) {
      return Same::kNo;
    }
    if (!asked_->content || !state.content) {
      return Same::kUnknown;
    }
    return *state.content == *asked_->content ? Same::kYes : Same::kNo;
  }

  /// Whether the resource was not as the request would have it. Of what another request put it is
  /// not known how the service shows it.
  bool IsOtherwise(const ResourceSight& before) const {
    return IsAsAsked(before.state) == Same::kNo &&
           (!before.left || !before.state.present || asked_->how == How::kDeletes);
  }

  enum class Others : uint8_t { kCannot, kUnlessAlike, kMay };

  /// Whether another request may have made the resource as this one would have it. Of a PUT of
  /// other bytes it is so only if the service shows both alike.
  Others OthersMayMakeIt(const Span& meanwhile) const {
    Others others = Others::kCannot;
    for (const ResourceWrite& write : resource_.writes) {
      if (&write == asked_ || !write.ran.Meets(meanwhile)) {
        continue;
      }
      const bool put = write.how == How::kReplaces && asked_->how == How::kReplaces;
      if (write.how == How::kOther || (write.how == asked_->how && !put) ||
          (put && (!write.content || *write.content == *asked_->content))) {
        return Others::kMay;
      }
      others = put ? Others::kUnlessAlike : others;
    }
    return others;
  }

  bool OthersMayChange(const Span& meanwhile, const ResourceSight& before) const {
    return std::ranges::any_of(resource_.writes, [&](const ResourceWrite& write) {
      // What left the state that is known from before is no change of it.
      return &write != asked_ && write.ran.Meets(meanwhile) &&
             !(before.left && write.id == before.by);
    });
  }

  static void Presume(std::string_view assumption, Finding& finding) {
    finding.grade = Grade::kPresumed;
    finding.evidence.push_back({"assumption", std::string(assumption)});
  }

  /// What a verdict takes for granted. False: so much that it is none.
  bool Assume(const Span& meanwhile, bool live, Finding& finding) const {
    const auto here = static_cast<uint64_t>(std::ranges::count_if(
        resource_.writes, [&](const ResourceWrite& write) { return write.ran.Meets(meanwhile); }));
    if (resources_.MutationsIn(name_.host, meanwhile) > here) {
      Presume("its own: a request changes what its target names and what is below, no more",
              finding);
    }
    bool lost = false;
    for (const LostTraffic& traffic : history_.lost) {
      if (traffic.ran.Meets(meanwhile)) {
        if (!traffic.in_flow) {
          return false;
        }
        lost = true;
      }
    }
    if (lost) {
      Presume("apart: what was lost in flows wrote no resource in question", finding);
    }
    if (live) {
      Presume("quiet: since the log's end nobody wrote it", finding);
    }
    return true;
  }

  std::string WordsFor(bool committed, const ResourceSight& before,
                       const ResourceSight& after) const {
    const auto shows = [](const ResourceSight& sight) {
      return fmt::format("{} {}", sight.live ? std::string("the live source") : Id(sight.by),
                         sight.left ? "left" : "shows");
    };
    if (!committed) {
      return fmt::format(
          "{} the resource as {} it, and nobody else can have changed it meanwhile: "
          "it was not carried out, or it changed nothing",
          shows(after), shows(before));
    }
    return asked_->how == How::kDeletes
               ? fmt::format(
                     "{} the resource, {} that it is gone, and nobody else can have "
                     "deleted it",
                     shows(before), shows(after))
               : fmt::format("{} what it put, {} another state, and nobody else can have put it",
                             shows(after), shows(before));
  }

  const ResourceHistory& resources_;
  const History& history_;
  const ResourceName& name_;
  const Resource& resource_;
  const ResourceWrite* asked_ = nullptr;
};

}  // namespace

void JudgeResources(const ResourceHistory& resources, const History& history,
                    Judgement& judgement) {
  for (Finding& finding : judgement.findings) {
    if (finding.verdict != Verdict::kUnknown || !resources.asked[finding.question]) {
      continue;
    }
    if (auto found = Judging(resources, history, finding.question).Run()) {
      const size_t question = finding.question;
      finding = *std::move(found);
      finding.question = question;
    }
  }
}

}  // namespace trafrec::reconcile
