// How many workers wait for events at the same time. With all of them waiting, every event would wake another thread;
// with as many as there are processors, those that are awake take the next event without sleeping.
#pragma once

#include <semaphore>

namespace slipway::http {

/// A worker holds a seat while it waits for events and does what never waits; it leaves before a handler that may. Each
/// thread belongs to one server.
class Seats {
 public:
  explicit Seats(int seats) : free_(seats) {}
  void take();   ///< waits for one; nothing when this thread has one
  void leave();  ///< nothing when this thread has none

 private:
  std::counting_semaphore<> free_;
};

}  // namespace slipway::http
