#pragma once

#include <cstdint>
#include <string>

namespace trafrec::reconcile {

/// What a person or a script should know of a judgement beside its verdicts.
struct Note {
  enum class About : uint8_t {
    kClocks,   ///< of several recorders
    kIndex,    ///< why less is said of one than could be
    kJournal,  ///< what of --translog could not be read, or was not believed
    kLog,      ///< what of the log is missing, or what redaction took of it
    kSource,   ///< what the live source was not asked for, or did not say
  };

  About about = About::kIndex;
  std::string index{};  ///< "" if it is about none alone
  std::string words{};  ///< a sentence
};

}  // namespace trafrec::reconcile
