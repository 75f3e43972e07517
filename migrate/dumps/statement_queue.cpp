#include "migrate/dumps/statement_queue.hpp"

namespace slipway::migrate {

bool StatementQueue::push(ReadyStatement statement) {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [&] {
    return abandoned_ || statements_.empty() ||
           (bytes_ + statement.text.size() <= kMostBytes && statements_.size() < kMostStatements);
  });
  if (abandoned_) return false;
  bytes_ += statement.text.size();
  statements_.push_back(std::move(statement));
  changed_.notify_all();
  return true;
}

std::optional<ReadyStatement> StatementQueue::pop() {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [&] { return abandoned_ || closed_ || !statements_.empty(); });
  if (abandoned_ || statements_.empty()) return std::nullopt;
  ReadyStatement first = std::move(statements_.front());
  statements_.pop_front();
  bytes_ -= first.text.size();
  changed_.notify_all();
  return first;
}

void StatementQueue::close() {
  const std::lock_guard guard(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void StatementQueue::abandon() {
  const std::lock_guard guard(mutex_);
  abandoned_ = true;
  changed_.notify_all();
}

}  // namespace slipway::migrate
