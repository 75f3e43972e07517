#include "services/site/member.hpp"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include "appliance/base/file.hpp"
#include "services/site/message_text.hpp"

namespace slipway::site {
namespace {

namespace fs = std::filesystem;

Result<Ballot> load(const fs::path& record) {
  std::ifstream file(record, std::ios::binary);
  if (!file && errno == ENOENT)
    return Error{Code::not_found, record.string() + ": this member has no record",
                 "where it is on a volume that is not mounted, mount it; a member that has lost it has to join anew"};
  if (!file) return file_error(record, "cannot be read", errno);
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad()) return file_error(record, "cannot be read", EIO);
  auto ballot = parse_ballot(text.str());
  if (ballot) return ballot;
  // Neither an empty nor an older record will do: what was promised would be promised again, to another.
  return Error{Code::corrupt, record.string() + ": " + ballot.error().message,
               "without its record this member may not vote any more; it has to join the sites anew"};
}

}  // namespace

Status Member::make_record(const fs::path& record, bool lost) {
  Ballot fresh;
  fresh.learning = lost;
  return create_file(record, ballot_text(fresh));
}

Status Member::forget_writes(const fs::path& record) {
  auto lock = FileLock::take(record.string() + ".lock");
  if (!lock) return lock.error().within("another agent of this member");
  SLIPWAY_TRY(Ballot ballot, load(record));
  ballot.learning = true;
  // It stays the agent's file, whoever writes it here.
  return replace_content(record, ballot_text(ballot));
}

Result<Member> Member::open(Setup setup, fs::path record, Instant now, bool machine_restarted) {
  auto lock = FileLock::take(record.string() + ".lock");
  if (!lock) return lock.error().within("another agent of this member");
  SLIPWAY_TRY(Ballot ballot, load(record));
  Agent agent(std::move(setup), std::move(ballot), now, machine_restarted);
  std::string kept = ballot_text(agent.ballot());
  SLIPWAY_CHECK(replace_file(record, kept));
  return Member(*std::move(lock), std::move(agent), std::move(record), std::move(kept));
}

Result<std::vector<Outgoing>> Member::tick(Instant now, const Local& local, std::uint64_t random) {
  agent_.tick(now, local, random);
  return keep();
}

Result<std::vector<Outgoing>> Member::receive(std::size_t from, const Message& message, Instant now) {
  agent_.receive(from, message, now);
  return keep();
}

Result<std::vector<Outgoing>> Member::keep() {
  std::string text = ballot_text(agent_.ballot());
  if (text != kept_) {
    SLIPWAY_CHECK(replace_file(record_, text));
    kept_ = std::move(text);
  }
  return agent_.take_outgoing();
}

}  // namespace slipway::site
