#pragma once

#include "base/check.h"

namespace trafrec::reassembly {

/// One membership of an object in an IntrusiveList.
template <typename T>
struct ListLink {
  T* previous = nullptr;
  T* next = nullptr;
  bool linked = false;
};

/// Doubly linked list whose links lie in the objects, so that an object leaves in O(1) and nothing
/// is allocated. Owns nothing.
template <typename T, ListLink<T> T::* kLink>
class IntrusiveList {
 public:
  bool empty() const { return first_ == nullptr; }
  T* front() const { return first_; }
  T* back() const { return last_; }
  static T* Next(const T* item) { return (item->*kLink).next; }
  static T* Previous(const T* item) { return (item->*kLink).previous; }
  bool Contains(const T* item) const { return (item->*kLink).linked; }

  void PushBack(T* item) { InsertAfter(last_, item); }

  /// `place` nullptr: at the front.
  void InsertAfter(T* place, T* item) {
    ListLink<T>& link = item->*kLink;
    CHECK(!link.linked);
    link.linked = true;
    link.previous = place;
    link.next = place == nullptr ? first_ : (place->*kLink).next;
    (place == nullptr ? first_ : (place->*kLink).next) = item;
    (link.next == nullptr ? last_ : (link.next->*kLink).previous) = item;
  }

  void Remove(T* item) {
    ListLink<T>& link = item->*kLink;
    CHECK(link.linked);
    (link.previous == nullptr ? first_ : (link.previous->*kLink).next) = link.next;
    (link.next == nullptr ? last_ : (link.next->*kLink).previous) = link.previous;
    link = {};
  }

 private:
  T* first_ = nullptr;
  T* last_ = nullptr;
};

}  // namespace trafrec::reassembly
