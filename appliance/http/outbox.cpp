#include "appliance/http/outbox.hpp"

#include <algorithm>

namespace slipway::http {
namespace {

constexpr std::size_t kBlockBytes = 64U << 10U;  // at least a TLS record, which a repeated SSL_write must offer whole
constexpr std::size_t kKeptBytes = 16U << 10U;   // an idle connection holds no more than this

}  // namespace

Status Outbox::add(std::string_view bytes) {
  if (!overflow_ && bytes_.size() + bytes.size() <= std::max(kInMemory, bytes_.size())) {
    bytes_ += bytes;
    return {};
  }
  if (!overflow_) {
    SLIPWAY_TRY(overflow_, TemporaryFile::create());
    overflow_at_ = 0;
  }
  return overflow_->append(bytes);
}

Status Outbox::send(Channel& channel, std::string_view bytes) {
  if (!empty()) {
    const Io io = flush(channel);
    if (io == Io::closed) return Error{Code::unavailable, "client: has gone"};
  }
  while (empty() && !bytes.empty()) {
    const Transfer transfer = channel.write(bytes);
    if (transfer.io == Io::closed) return Error{Code::unavailable, "client: has gone"};
    if (transfer.io != Io::done) break;
    bytes.remove_prefix(transfer.bytes);
    sent_ += transfer.bytes;
  }
  if (bytes.empty()) return {};
  return add(bytes);
}

Io Outbox::flush(Channel& channel) {
  while (at_ < bytes_.size() || refill()) {
    const Transfer transfer = channel.write(std::string_view(bytes_).substr(at_));
    if (transfer.io != Io::done) return transfer.io;
    at_ += transfer.bytes;
    sent_ += transfer.bytes;
  }
  if (overflow_) return Io::closed;  // the temporary file could not be read
  bytes_.clear();
  if (bytes_.capacity() > kKeptBytes) bytes_ = {};
  at_ = 0;
  sent_ = 0;
  return Io::done;
}

bool Outbox::refill() {
  if (!overflow_) return false;
  auto block = overflow_->read(overflow_at_, kBlockBytes);
  if (!block.has_value()) return false;
  bytes_ = std::move(block).value();
  at_ = 0;
  overflow_at_ += bytes_.size();
  if (overflow_at_ == overflow_->size()) overflow_.reset();
  return !bytes_.empty();
}

}  // namespace slipway::http
