#include "services/backup/storage_rclone.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "appliance/base/secret_file.hpp"
#include "services/backup/object_name.hpp"
#include "services/backup/rclone_writer.hpp"

namespace slipway::backup {
namespace {

class RcloneReader final : public ObjectReader {
 public:
  RcloneReader(RcloneStream stream, std::string object, std::uint64_t left)
      : stream_(std::move(stream)), object_(std::move(object)), left_(left) {}
  RcloneReader(const RcloneReader&) = delete;
  RcloneReader& operator=(const RcloneReader&) = delete;
  ~RcloneReader() override { stream_.stop(); }

  Result<std::string> read(std::size_t most) override {
    if (left_ == 0 || most == 0) return std::string();
    SLIPWAY_TRY(std::string part, stream_.read(static_cast<std::size_t>(std::min<std::uint64_t>(most, left_))));
    if (part.empty()) return early_end();
    left_ -= part.size();
    return part;
  }

 private:
  Error early_end() {
    const std::string what = "ends " + std::to_string(left_) + " bytes early";
    Status ended = stream_.finish(what);
    if (ended) return Error{Code::unavailable, object_ + ": " + what, "read it again"};
    return std::move(ended).error();
  }

  RcloneStream stream_;
  std::string object_;
  std::uint64_t left_;
};

class RcloneStorage final : public Storage {
 public:
  explicit RcloneStorage(RclonePlace place) : place_(std::move(place)) {}

  std::string describe() const override { return place_.repository; }
  bool can_append() const override { return false; }

  Result<std::unique_ptr<ObjectWriter>> write(const std::string& name) override {
    SLIPWAY_CHECK(check_new_name(describe(), name));
    return rclone_writer(place_, name);
  }
  Result<std::unique_ptr<ObjectWriter>> write_visibly(const std::string& name) override {
    return Error{Code::unsupported, place_.object(name) + ": this storage cannot append to objects",
                 "write whole objects there, or use a directory"};
  }
  Status replace(const std::string& name, std::string_view bytes) override {
    SLIPWAY_CHECK(check_new_name(describe(), name));
    return rclone_replace(place_, name, bytes);
  }
  Result<std::unique_ptr<ObjectReader>> read(const std::string& name, std::uint64_t offset) override;
  Result<std::vector<StoredObject>> list(const std::string& prefix) override;
  Status remove(const std::string& name) override;
  Result<int> sweep(std::chrono::seconds age) override;

 private:
  [[nodiscard]] Status sweep_parts(const std::string& age) const;

  RclonePlace place_;
};

Result<std::unique_ptr<ObjectReader>> RcloneStorage::read(const std::string& name, std::uint64_t offset) {
  SLIPWAY_CHECK(check_name(describe(), name));
  const std::string object = place_.object(name);
  // Both at the same time: signing in is what takes long.
  SLIPWAY_TRY(RcloneStream stream,
              place_.rclone->read_from({"cat", "--offset", std::to_string(offset), place_.at(name)}, object));
  SLIPWAY_TRY(const std::uint64_t size, place_.size_of(name));
  SLIPWAY_CHECK(check_offset(object, offset, size));
  return std::unique_ptr<ObjectReader>(std::make_unique<RcloneReader>(std::move(stream), object, size - offset));
}

Result<std::vector<StoredObject>> RcloneStorage::list(const std::string& prefix) {
  SLIPWAY_CHECK(check_prefix(describe(), prefix));
  const std::size_t slash = prefix.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : prefix.substr(0, slash);
  const auto told = place_.rclone->run({"lsjson", "--recursive", "--files-only", "--no-modtime", "--no-mimetype",
                                        "--fast-list", "--exclude", "/.unfinished/**", place_.at(folder)},
                                       place_.object(folder), "cannot be listed");
  if (!told && told.error().code == Code::not_found && !folder.empty()) return std::vector<StoredObject>();
  if (!told) return told.error();
  const auto entries = nlohmann::json::parse(told->out, nullptr, false);
  if (!entries.is_array()) return Error{Code::internal, place_.object(folder) + ": rclone's list cannot be read"};
  std::vector<StoredObject> objects;
  for (const auto& entry : entries) {
    std::string name = folder;
    name.append(folder.empty() ? "" : "/").append(entry.value("Path", ""));
    if (name.starts_with(prefix) && is_object_name(name) && !is_open_name(name))
      objects.push_back({name, entry.value("Size", std::uint64_t{0})});
  }
  std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return objects;
}

Status RcloneStorage::remove(const std::string& name) {
  SLIPWAY_CHECK(check_name(describe(), name));
  const auto removed = place_.rclone->run({"deletefile", place_.at(name)}, place_.object(name), "cannot be removed");
  if (removed || removed.error().code == Code::not_found) return {};
  return removed.error();
}

Result<int> RcloneStorage::sweep(std::chrono::seconds age) {
  const std::string object = place_.object(kUnfinishedFolder);
  const std::string oldest = std::to_string(age.count()) + "s";
  std::vector<std::string> filter{"--files-only", "--use-server-modtime", place_.at(kUnfinishedFolder)};
  if (age.count() > 0) filter.insert(filter.begin(), {"--min-age", oldest});
  filter.insert(filter.begin(), "lsf");
  const auto found = place_.rclone->run(filter, object, "cannot be listed");
  if (!found && found.error().code != Code::not_found) return found.error();
  int removed = 0;
  const std::string names = found ? found->out : std::string();
  for (std::size_t begin = 0, end = 0; (end = names.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string name = std::string(kUnfinishedFolder) + "/" + names.substr(begin, end - begin);
    SLIPWAY_CHECK(place_.rclone->run({"deletefile", place_.at(name)}, place_.object(name), "cannot be removed"));
    ++removed;
  }
  SLIPWAY_CHECK(sweep_parts(oldest));
  return removed;
}

/// Uploads in parts that nobody finished take room at the service although no list shows them.
Status RcloneStorage::sweep_parts(const std::string& age) const {
  if (!place_.puts_are_atomic) return {};
  const auto swept = place_.rclone->run({"backend", "cleanup", Rclone::at(place_.root), "-o", "max-age=" + age},
                                        describe(), "unfinished uploads cannot be removed");
  if (swept || swept.error().message.find("NotImplemented") != std::string::npos) return {};
  return swept.error();
}

Result<std::map<std::string, std::string>> sftp_options(const ParsedAddress& address, const std::string& key_file) {
  const std::string hint = "make a key (ssh-keygen -t ed25519 -N '' -f FILE) and name FILE";
  if (key_file.empty())
    return Error{Code::invalid_argument, address.describe() + ": a private key must be named", hint};
  // Only for its checks: rclone reads the file itself.
  const auto key = read_secret_file(key_file);
  if (!key) return key.error().within(address.describe());
  const auto known_hosts = std::filesystem::path(key_file).parent_path() / "known_hosts";
  if (std::error_code failure; !std::filesystem::is_regular_file(known_hosts, failure))
    return Error{Code::not_found, address.describe() + ": '" + known_hosts.string() + "' is not there",
                 "write all host keys into it (ssh-keyscan -p " + std::to_string(address.port) + " " + address.host +
                     "), and compare them with the host's administrator"};
  return std::map<std::string, std::string>{{"TYPE", "sftp"},
                                            {"HOST", address.host},
                                            {"PORT", std::to_string(address.port)},
                                            {"USER", address.user},
                                            {"KEY_FILE", key_file},
                                            {"KNOWN_HOSTS_FILE", known_hosts.string()},
                                            {"KEY_USE_AGENT", "false"},
                                            {"SHELL_TYPE", "none"},  // the user may have SFTP alone
                                            {"DISABLE_HASHCHECK", "true"},
                                            {"MD5SUM_COMMAND", "none"},
                                            {"SHA1SUM_COMMAND", "none"},
                                            {"SET_MODTIME", "false"}};
}

Result<std::map<std::string, std::string>> s3_options(const ParsedAddress& address, const std::string& secret_file) {
  const std::string hint = "two lines: the access key, the secret key";
  if (secret_file.empty())
    return Error{Code::invalid_argument, address.describe() + ": a credentials file must be named", hint};
  const auto secret = read_secret_file(secret_file);
  if (!secret) return secret.error().within(address.describe());
  const std::string& text = secret->reveal();
  const std::size_t line_end = text.find('\n');
  if (line_end == 0 || line_end == std::string::npos || text.find('\n', line_end + 1) != std::string::npos)
    return Error{Code::invalid_argument, address.describe() + ": '" + secret_file + "' must have two lines", hint};
  std::map<std::string, std::string> options{{"TYPE", "s3"},
                                             {"PROVIDER", address.endpoint.empty() ? "AWS" : "Other"},
                                             {"ENV_AUTH", "false"},
                                             {"ACCESS_KEY_ID", text.substr(0, line_end)},
                                             {"SECRET_ACCESS_KEY", text.substr(line_end + 1)},
                                             {"NO_CHECK_BUCKET", "true"},
                                             {"CHUNK_SIZE", "32M"},  // times 10 000 parts at most
                                             {"UPLOAD_CONCURRENCY", "2"}};
  if (!address.endpoint.empty()) options.insert({{"ENDPOINT", address.endpoint}, {"FORCE_PATH_STYLE", "true"}});
  if (!address.region.empty()) options["REGION"] = address.region;
  return options;
}

/// How rclone wants a password.
Result<std::string> obscured(const Secret& password) {
  SLIPWAY_TRY(const auto done, process::run({.argv = {"rclone", "obscure", "-"}, .stdin_data = password.reveal()}));
  if (done.exit_status != 0)
    return Error{Code::internal, "rclone obscure: ended with " + std::to_string(done.exit_status)};
  return done.out.substr(0, done.out.find('\n'));
}

Result<std::map<std::string, std::string>> ftp_options(const ParsedAddress& address, const std::string& secret_file) {
  const std::string hint = "write the password into a file (0600), and name it";
  if (secret_file.empty())
    return Error{Code::invalid_argument, address.describe() + ": a credentials file must be named", hint};
  const auto secret = read_secret_file(secret_file);
  if (!secret) return secret.error().within(address.describe());
  if (secret->reveal().empty() || secret->reveal().find('\n') != std::string::npos)
    return Error{Code::invalid_argument, address.describe() + ": '" + secret_file + "' must have one line", hint};
  SLIPWAY_TRY(const std::string password, obscured(*secret));
  return std::map<std::string, std::string>{{"TYPE", "ftp"},
                                            {"HOST", address.host},
                                            {"PORT", std::to_string(address.port)},
                                            {"USER", address.user},
                                            {"PASS", password},
                                            {"EXPLICIT_TLS", address.kind == StorageKind::ftps ? "true" : "false"},
                                            // Some servers lose the end of an upload with 1.3.
                                            {"DISABLE_TLS13", "true"}};
}

/// A certificate authority of the customer's own.
std::string authority_of(const ParsedAddress& address, const std::string& secret_file) {
  if (address.kind != StorageKind::ftps) return {};
  const auto file = std::filesystem::path(secret_file).parent_path() / "ca.pem";
  std::error_code failure;
  return std::filesystem::is_regular_file(file, failure) ? file.string() : std::string();
}

Result<std::map<std::string, std::string>> options_of(const ParsedAddress& address, const std::string& secret_file) {
  if (address.kind == StorageKind::s3) return s3_options(address, secret_file);
  if (address.kind == StorageKind::sftp) return sftp_options(address, secret_file);
  return ftp_options(address, secret_file);
}

/// Whether it can be reached and is there.
Status probe(const RclonePlace& place) {
  const std::string what = "cannot be reached";
  if (place.puts_are_atomic) {
    SLIPWAY_CHECK(place.rclone->run({"lsf", "--max-depth", "1", Rclone::at(place.root)}, place.repository, what));
    return {};
  }
  SLIPWAY_TRY(const process::Finished told,
              place.rclone->run({"lsjson", "--stat", Rclone::at(place.root)}, place.repository, what));
  const auto facts = nlohmann::json::parse(told.out, nullptr, false);
  if (facts.is_object() && facts.value("IsDir", false)) return {};
  return Error{Code::not_found, place.repository + ": is no directory", "name a directory"};
}

}  // namespace

Result<std::unique_ptr<Storage>> open_rclone(const ParsedAddress& address, const std::string& credentials_file) {
  const bool s3 = address.kind == StorageKind::s3;
  SLIPWAY_TRY(const auto options, options_of(address, credentials_file));
  std::string root = s3 ? address.bucket : address.path;
  if (s3 && !address.path.empty()) root.append("/").append(address.path);
  RclonePlace place{address.describe(), root, s3,
                    std::make_shared<const Rclone>(options, authority_of(address, credentials_file))};
  SLIPWAY_CHECK(probe(place));
  // Else two writers, each the first, would both make it, and one fail. Who may only read needs none.
  if (!place.puts_are_atomic)
    static_cast<void>(
        place.rclone->run({"mkdir", place.at(kUnfinishedFolder)}, place.repository, "cannot be prepared").has_value());
  return std::unique_ptr<Storage>(std::make_unique<RcloneStorage>(std::move(place)));
}

}  // namespace slipway::backup
