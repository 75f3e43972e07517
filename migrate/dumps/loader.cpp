#include "migrate/dumps/loader.hpp"

#include <algorithm>
#include <thread>

#include "migrate/dumps/format_rules.hpp"
#include "migrate/dumps/statement_queue.hpp"
#include "migrate/dumps/statement_runner.hpp"

namespace slipway::migrate {
namespace {

// Enough of a statement to judge it.
constexpr std::uint64_t kSurveyBytes = 64U << 10U;

using EachStatement = std::function<Status(Statement&&, const Verdict&)>;

/// Reads a file and hands on the statements that are to be run.
Status read_statements(const DumpPart& part, const ReadOptions& reading, std::uint64_t keep_bytes, DumpFilter& filter,
                       const EachPiece& on_piece, const EachStatement& each) {
  StatementScanner scanner(keep_bytes, part.delimiter);
  const auto take = [&](Statement&& statement) -> Status {
    SLIPWAY_TRY(const auto verdict, filter.consider(statement, scanner));
    return verdict ? each(std::move(statement), *verdict) : Status{};
  };
  SLIPWAY_CHECK(read_dump(part.file, reading, [&](std::string_view piece, std::uint64_t packed) -> Status {
    SLIPWAY_CHECK(on_piece(piece, packed));
    if (auto fed = scanner.feed(piece, take); !fed) return std::move(fed).error();
    return {};
  }));
  if (auto ended = scanner.finish(take); !ended) return about(part.file, ended.error());
  return {};
}

/// Turns absolute positions in the packed file into what has come since.
class Since {
 public:
  explicit Since(const OnBytes& on_bytes) : on_bytes_(on_bytes) {}
  void operator()(std::string_view piece, std::uint64_t packed) {
    on_bytes_(packed - std::min(last_, packed), piece.size());
    last_ = std::max(last_, packed);
  }

 private:
  const OnBytes& on_bytes_;
  std::uint64_t last_ = 0;
};

/// The thread that runs statements while the calling one reads on.
class Runner {
 public:
  Runner(StatementRunner& runner, StatementQueue& queue, const std::filesystem::path& file)
      : thread_([&runner, &queue, &file, this] {
          while (auto next = queue.pop()) {
            if (auto done = runner.run(*next); !done) {
              error_ = about(file, done.error());
              return queue.abandon();
            }
          }
        }) {}
  /// After the queue has been closed or abandoned.
  [[nodiscard]] std::optional<Error> finish() {
    thread_.join();
    return error_;
  }

 private:
  std::optional<Error> error_;
  std::jthread thread_;
};

}  // namespace

Result<Survey> survey_part(const DumpPart& part, const ReadOptions& reading, const FilterOptions& options,
                           const OnBytes& on_bytes) {
  Survey survey;
  DumpFilter filter(options);
  Since since(on_bytes);
  std::string head;
  SLIPWAY_CHECK(read_statements(
      part, reading, kSurveyBytes, filter,
      [&](std::string_view piece, std::uint64_t packed) -> Status {
        if (head.size() < kHeadBytes) head += piece.substr(0, kHeadBytes);
        survey.plain_bytes += piece.size();
        since(piece, packed);
        return {};
      },
      [](Statement&&, const Verdict&) { return Status{}; }));
  survey.findings = filter.findings();
  survey.header_database = database_in_header(head);
  return survey;
}

Result<Loaded> load_part(const DumpPart& part, const LoadOptions& options, const OnBytes& on_bytes) {
  SLIPWAY_TRY(StatementRunner runner, StatementRunner::open(options.endpoint, options.scratch, options.filter.charset));
  DumpFilter filter(options.filter);
  Since since(on_bytes);
  StatementQueue queue;
  Runner thread(runner, queue, part.file);
  auto read = read_statements(
      part, options.reading, StatementScanner::kLongestStatement, filter,
      [&](std::string_view piece, std::uint64_t packed) -> Status {
        since(piece, packed);
        if (options.stop != nullptr && *options.stop) return Error{Code::cancelled, "another file failed"};
        return {};
      },
      [&](Statement&& statement, const Verdict& verdict) -> Status {
        const std::uint64_t line = statement.line;
        std::string text = filter.rewrite(std::move(statement), verdict);
        if (text.empty() || queue.push({std::move(text), verdict, line})) return {};
        return Error{Code::cancelled, "the server refused a statement"};
      });
  if (read)
    queue.close();
  else
    queue.abandon();
  if (auto refused = thread.finish()) return *refused;
  if (!read) return std::move(read).error();
  return Loaded{filter.findings(), runner.notes()};
}

}  // namespace slipway::migrate
