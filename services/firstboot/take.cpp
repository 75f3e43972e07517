#include "services/firstboot/take.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "appliance/base/fail_point.hpp"
#include "appliance/base/file.hpp"
#include "appliance/firstboot/check.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 512U << 10U;

// The power may go before root has the answers, and before the wizard's are away.
constexpr std::array<std::string_view, 2> kPoints{"firstboot.take.checked", "firstboot.take.written"};
const FailPoints kFailPoints(kPoints);

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

/// Read once, and never again by its name: whoever wrote it may still change it. No link is followed, nothing waited
/// for.
Result<Secret> read_untrusted(const fs::path& file) {
  const Error refused{Code::invalid_argument, "answers of the browser: not a plain file of at most 512 KiB"};
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return refused;
  struct stat facts {};
  std::string text(kMostBytes + 1, '\0');
  ssize_t size = -1;
  if (::fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_nlink == 1)
    size = ::read(descriptor, text.data(), text.size());
  ::close(descriptor);
  if (size < 0 || static_cast<std::size_t>(size) > kMostBytes) return refused;
  text.resize(static_cast<std::size_t>(size));
  return Secret(std::move(text));
}

Status accept(const Places& places, const fs::path& file) {
  SLIPWAY_TRY(const Progress progress, read_progress(places));
  if (progress.phase == Phase::done || progress.phase == Phase::running)
    return Error{Code::conflict, "first boot: is " + std::string(to_text(progress.phase)) + ", answers are not taken"};
  SLIPWAY_TRY(const Secret text, read_untrusted(file));
  SLIPWAY_TRY(const Answers answers, parse_answers(text.reveal(), "answers of the browser"));
  SLIPWAY_CHECK(to_status(check_answers(answers)));
  kFailPoints.pass("firstboot.take.checked");
  SLIPWAY_CHECK(replace_file(places.answers, render_answers(answers).reveal(), 0600));
  kFailPoints.pass("firstboot.take.written");
  return {};
}

/// The answers as they are, written once more: the unit that waits for them begins again.
Status touch(const Places& places) {
  SLIPWAY_TRY(const Answers answers, read_answers(places.answers));
  return replace_file(places.answers, render_answers(answers).reveal(), 0600);
}

/// Whatever it is.
Status clear(const fs::path& path) {
  std::error_code failure;
  fs::remove_all(path, failure);
  return failure ? Status(file_error(path, "cannot be removed", failure.value())) : Status();
}

}  // namespace

Result<bool> take_answers(const Places& places, const fs::path& from) {
  const fs::path run = places.lock.parent_path();
  const fs::path file = from / "answers.toml";
  const bool again = is_there(from / "again");
  const bool answers = is_there(file);
  if (!again && !answers) return false;
  const Status outcome = answers ? accept(places, file) : touch(places);
  SLIPWAY_CHECK(clear(from / "again"));
  SLIPWAY_CHECK(clear(file));
  if (outcome) {
    SLIPWAY_CHECK(clear(run / "refused"));
    return true;
  }
  // Whoever waits in the browser reads it; it names keys and never a value that is secret.
  SLIPWAY_CHECK(replace_file(run / "refused", to_text(outcome.error()) + "\n", 0644));
  return outcome.error();
}

}  // namespace slipway::firstboot
