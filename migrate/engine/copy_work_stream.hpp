// One thread of a copy with its three sessions. Inside this folder only.
#pragma once

#include "migrate/engine/copy_work.hpp"

namespace slipway::migrate {

class CopyWork::Stream {
 public:
  Stream(CopyWork& work, sql::Connection& reader, std::size_t number) : work_(work), reader_(reader), number_(number) {}
  [[nodiscard]] Status run();

 private:
  [[nodiscard]] Status perform(const Job& job);
  [[nodiscard]] Status copy_lane(TableWork& work, const LaneRecord& lane);
  [[nodiscard]] Status compare(const Compare& task);
  /// A table that came in a file, by both servers' sums over all of it; where they differ, range by range.
  [[nodiscard]] Status compare_whole(TableWork& work);
  /// Rows that came in a file are known once they are compared.
  [[nodiscard]] Status take_over(const Compare& task, const ChunkSum& sum);
  /// Copies a chunk once more in the place of what is there; a second difference is an error.
  [[nodiscard]] Status repair(const Compare& task, bool damaged);
  /// No range can tell of rows that no range covered.
  [[nodiscard]] Status count(const TableWork& work);
  [[nodiscard]] Status build(TableWork& work);
  CopyWork& work_;
  sql::Connection& reader_;
  std::size_t number_;
  sql::Connection* loader_ = nullptr;
  LaneCopier* copier_ = nullptr;
  std::optional<sql::Connection> builder_;
};

}  // namespace slipway::migrate
