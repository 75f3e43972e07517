// Faults put into a repository: verification finds every one, and a restore refuses or gives exactly what the untouched
// repository gives. Prints its seed.
//
// SLIPWAY_BACKUP_FAULTS=n: so many faults instead of 200. SLIPWAY_SEED=n: those of that run.
#include <gmock/gmock.h>

#include <cstdlib>
#include <random>

#include "appliance/crypto/crypto.hpp"
#include "services/backup/document.hpp"
#include "services/backup/last_segment.hpp"
#include "services/backup/log_line.hpp"
#include "services/backup/verify.hpp"
#include "tests/support/backup_steps.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;
using Files = std::map<std::string, std::string>;  // name → bytes

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

Files files_of(const fs::path& directory) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) files[fs::relative(entry.path(), directory)] = read_file(entry.path());
  return files;
}

/// What a restore would have to put on a disk: sums of the backups' files and of the log.
Result<std::string> fetched(const backup::Repository& repository, const backup::RestoreGoal& goal,
                            const fs::path& scratch) {
  SLIPWAY_TRY(const auto route, backup::choose_route({&repository}, goal));
  crypto::Sha256 sum;
  const auto take = [&sum](std::string_view bytes) -> Status {
    sum.add(bytes);
    return {};
  };
  for (const backup::Manifest& manifest : route.chain)
    SLIPWAY_CHECK(backup::read_backup(repository, manifest, take, [](std::uint64_t, std::uint64_t) {}));
  fs::remove_all(scratch);
  fs::create_directories(scratch);
  const auto& last = route.chain.back();
  SLIPWAY_TRY(const auto log,
              backup::fetch_log({&repository}, last.log_line, last.position, goal.log, scratch, "relay"));
  for (const auto& file : log.files) sum.add(read_file(file));
  return last.id + " " + log.end.to_text() + " " + crypto::hex(sum.finish_raw());
}

class BackupRepositoryFault : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = start_logging_server(directory_ / "server");
    auto admin = connect(server.administrator());
    const auto run = [&](const std::string& script) { ASSERT_TRUE(admin.run_script(script).has_value()); };
    const BackupSteps steps(top_);
    const auto archive = [&] {
      const auto done = run_step(steps.archive(server.administrator(), position_of(admin).to_text()));
      ASSERT_EQ(done.exit_status, 0) << done.err;
    };
    const auto take = [&](const std::string& parent) {
      const auto done = run_step(steps.take(server, directory_ / "server", steps.line(), parent));
      EXPECT_EQ(done.exit_status, 0) << done.err;
      return done.out.substr(0, done.out.find('\n'));
    };
    const auto write_some = [&](int round) {
      for (int i = 0; i < 3; ++i) {
        std::string insert = "INSERT INTO desk.note (text) SELECT MD5(seq * ";
        insert += std::to_string(10 * round + i);
        insert += ") FROM desk.seq_1_to_50;\n";
        run(insert);
      }
      archive();
    };
    run("CREATE DATABASE desk;\nCREATE TABLE desk.note (id INT PRIMARY KEY AUTO_INCREMENT, text LONGTEXT);\n");
    write_some(1);
    const std::string full = take("");
    write_some(2);
    write_some(3);
    static_cast<void>(take(full));
    write_some(4);
    write_some(5);
    whole_ = files_of(top_ / "even");
    odd_ = files_of(top_ / "odd");
  }

  [[nodiscard]] Result<backup::Repository> open(const archive::Key& key) const {
    SLIPWAY_TRY(auto storage, backup::open_storage({.url = "file://" + (top_ / "even").string()}));
    return backup::Repository::open("even", std::move(storage), key);
  }
  [[nodiscard]] archive::Key key() const { return *archive::Key::read_file(top_ / "key"); }

  void write(const std::string& name, const std::string& bytes) const {
    fs::create_directories((top_ / "even" / name).parent_path());
    write_file(top_ / "even" / name, bytes);
  }
  void put_back(const Files& damaged) const {
    for (const auto& [name, bytes] : damaged)
      if (!whole_.contains(name)) fs::remove(top_ / "even" / name);
    for (const auto& [name, bytes] : whole_) {
      const auto now = damaged.find(name);
      if (now == damaged.end() || now->second != bytes) write(name, bytes);
    }
  }

  [[nodiscard]] std::string any(const Files& files) {
    auto at = files.begin();
    std::advance(at, static_cast<long>(random_() % files.size()));
    return at->first;
  }
  [[nodiscard]] std::string any_segment() {
    for (;;)
      if (std::string name = any(whole_); name.find("/0000") != std::string::npos) return name;
  }

  /// The name of the segment that would come next.
  [[nodiscard]] std::string next_segment() const {
    std::string last;
    for (const auto& [name, bytes] : whole_)
      if (name.find("/0000") != std::string::npos) last = name;
    const auto slash = last.rfind('/');
    return backup::segment_name(last.substr(4, slash - 4), std::stoull(last.substr(slash + 1)) + 1);
  }

  /// A repository with one fault in it, as files, and what the fault is.
  [[nodiscard]] std::pair<Files, std::string> damage();

  TempDirectory directory_;
  fs::path top_ = directory_ / "top";
  Files whole_;
  Files odd_;
  std::mt19937_64 random_{number_from_environment("SLIPWAY_SEED", std::random_device{}())};
};

std::pair<Files, std::string> BackupRepositoryFault::damage() {
  Files files = whole_;
  const std::string name = any(whole_);
  std::string& bytes = files[name];
  switch (random_() % 12) {
    case 0: {
      const auto at = random_() % bytes.size();
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random_() % 8));
      return {files, name + ": bit flipped at " + std::to_string(at)};
    }
    case 1: {
      const auto size = random_() % 3 == 0 ? 0 : random_() % bytes.size();
      bytes.resize(size);
      return {files, name + ": cut to " + std::to_string(size)};
    }
    case 2:
      files.erase(name);
      return {files, name + ": deleted"};
    case 3: {
      const std::string other = any(whole_);
      std::swap(bytes, files[other]);
      return {files, name + ": swapped with " + other};
    }
    case 4: {
      const std::string to = random_() % 2 == 0 ? name + "-renamed" : name + "0";
      files[to] = bytes;
      files.erase(name);
      return {files, name + ": renamed to " + to};
    }
    case 5:
      bytes = files[any(whole_)];
      return {files, name + ": another object of the repository"};
    case 6: {
      const std::string other = any(odd_);
      bytes = odd_.at(odd_.contains(name) ? name : other);
      return {files, name + ": that of the other repository"};
    }
    case 7:
      bytes += random_() % 2 == 0 ? std::string(1 + random_() % 100, '\0') : bytes.substr(bytes.size() / 2);
      return {files, name + ": bytes appended"};
    case 8: {
      const auto at = random_() % bytes.size();
      const auto size = std::min(bytes.size() - at, 1 + random_() % 4096);
      bytes.replace(at, size, std::string(size, '\0'));
      return {files, name + ": zeros at " + std::to_string(at)};
    }
    case 9: {
      // What is left of a segment that was being written, under its number, the next or any other.
      const std::string segment = any_segment();
      const std::string as = random_() % 3 == 0 ? segment : random_() % 2 == 0 ? any_segment() : next_segment();
      // A shorter one is no fault: a kill leaves it before anything is in the segment.
      files[as + ".open"] = whole_.at(segment).substr(0, 56 + random_() % whole_.at(segment).size());
      return {files, as + ".open: left over, of " + segment};
    }
    case 10: {
      // Sealed anew with the right key: an object of another line, backup or repository under this name.
      if (name.find("/0000") == std::string::npos && name.find("/data.") == std::string::npos) {
        auto body = backup::peek_document(name, bytes);
        if (!body) return {whole_, ""};
        for (const char* member : {"id", "line", "repository"})
          if (body->contains(member)) (*body)[member] = "another";
        bytes = backup::seal_document(key(), name, *body);
        return {files, name + ": sealed anew for another"};
      }
      std::string sealed;
      const backup::SegmentLabel label{"another", 1, {}, {}};
      auto sealer = archive::Sealer::start(key(), {.name = name, .label = backup::to_text(label)},
                                           [&sealed](std::string_view part) -> Status {
                                             sealed += part;
                                             return {};
                                           });
      EXPECT_TRUE(sealer->add(std::string("\xfe") + "bin").has_value());
      EXPECT_TRUE(sealer->finish().has_value());
      bytes = sealed;
      return {files, name + ": sealed anew, another's"};
    }
    default: {
      // An older form of a document put back: of the log's end, which is the only one that changes.
      const auto last =
          std::ranges::find_if(whole_, [](const auto& file) { return file.first.ends_with("/last.json"); });
      auto body = *backup::peek_document(last->first, last->second);
      body["last"] = random_() % body["last"].get<std::uint64_t>();
      files[last->first] = backup::seal_document(key(), last->first, body);
      return {files, last->first + ": an older one put back"};
    }
  }
}

// F1 F2
TEST_F(BackupRepositoryFault, EveryOneIsFoundBeforeAnythingIsOverwritten) {
  const auto seed = number_from_environment("SLIPWAY_SEED", std::random_device{}());
  random_.seed(seed);
  SCOPED_TRACE("SLIPWAY_SEED=" + std::to_string(seed));
  const auto even = open(key());
  ASSERT_TRUE(even.has_value()) << to_text(even.error());
  const auto untouched = backup::verify_repository(*even, [](std::uint64_t, std::uint64_t) {});
  ASSERT_TRUE(untouched.has_value()) << to_text(untouched.error());
  for (const Error& fault : untouched->faults) ADD_FAILURE() << to_text(fault);
  EXPECT_THAT(untouched->unreferenced, IsEmpty());
  EXPECT_EQ(untouched->backups, 2U);
  const auto right = fetched(*even, {}, directory_ / "scratch");
  ASSERT_TRUE(right.has_value()) << to_text(right.error());
  const std::string end = right->substr(right->find(' '));

  const auto wanted = number_from_environment("SLIPWAY_BACKUP_FAULTS", 200);
  std::uint64_t refused = 0;
  std::uint64_t harmless = 0;
  for (std::uint64_t done = 0; done < wanted && !HasFailure();) {
    const auto [files, what] = damage();
    if (files == whole_) continue;
    ++done;
    SCOPED_TRACE(what);
    for (const auto& [name, bytes] : whole_)
      if (!files.contains(name)) fs::remove(top_ / "even" / name);
    for (const auto& [name, bytes] : files)
      if (!whole_.contains(name) || whole_.at(name) != bytes) write(name, bytes);

    // As a program that starts on it.
    const auto found = backup::verify_repository(*even, [](std::uint64_t, std::uint64_t) {});
    EXPECT_TRUE(!found || !found->clean()) << "not found by verification";
    const auto opened = open(key());
    const auto restored = opened ? fetched(*opened, {}, directory_ / "scratch") : Result<std::string>(opened.error());
    if (!restored) {
      ++refused;
    } else {
      ++harmless;
      // Of an earlier backup and more of the log, perhaps: what matters is where it ends.
      const auto gtid = restored->substr(restored->find(' ') + 1);
      EXPECT_EQ(gtid.substr(0, gtid.find(' ')), end.substr(1, end.find(' ', 1) - 1)) << "restored to another end";
      const bool same_backup = restored->substr(0, restored->find(' ')) == right->substr(0, right->find(' '));
      EXPECT_TRUE(!same_backup || *restored == *right);
    }
    put_back(files);
  }
  std::printf("%llu faults: refused by a restore %llu, of no consequence to it %llu\n",
              static_cast<unsigned long long>(wanted), static_cast<unsigned long long>(refused),
              static_cast<unsigned long long>(harmless));
  const auto after = backup::verify_repository(*even, [](std::uint64_t, std::uint64_t) {});
  EXPECT_TRUE(after.has_value() && after->clean());
}

// F1
TEST_F(BackupRepositoryFault, AnotherKeyIsRefused) {
  const auto other = open(archive::Key::make());
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, Code::unauthenticated);
}

}  // namespace
}  // namespace slipway::test
