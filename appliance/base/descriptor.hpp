// A file descriptor that is closed by whoever holds it.
#pragma once

#include <unistd.h>

namespace slipway {

/// Closes at its end. Not thread-safe.
class Descriptor {
 public:
  /// As open() gave it; negative: there is none.
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

}  // namespace slipway
