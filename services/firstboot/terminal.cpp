#include "services/firstboot/terminal.hpp"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace slipway::firstboot {
namespace {

constexpr std::size_t kColumns = 79;
constexpr std::size_t kLongestLine = 65536;

void print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

/// What is typed is not shown while this lives.
class Silence {
 public:
  explicit Silence(bool wanted) {
    if (!wanted || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= static_cast<tcflag_t>(~static_cast<tcflag_t>(ECHO));
    changed_ = ::tcsetattr(STDIN_FILENO, TCSADRAIN, &silent) == 0;
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }
  [[nodiscard]] bool active() const { return changed_; }

 private:
  termios before_{};
  bool changed_ = false;
};

void print_wrapped(std::string_view line, std::size_t indent) {
  const std::string margin(indent, ' ');
  const std::size_t room = kColumns - indent;
  do {
    std::size_t end = line.size();
    if (end > room) {
      end = line.rfind(' ', room);
      if (end == std::string_view::npos || end == 0) end = room;
    }
    print(std::string(margin).append(line.substr(0, end)).append("\n"));
    line.remove_prefix(std::min(line.size(), end + (end < line.size() && line[end] == ' ' ? 1 : 0)));
  } while (!line.empty());
}

}  // namespace

std::string to_ascii(std::string_view text) {
  struct Pair {
    std::string_view from, to;
  };
  static constexpr std::array<Pair, 24> pairs{
      {{"é", "e"},   {"è", "e"},  {"ê", "e"},  {"ë", "e"}, {"à", "a"},   {"â", "a"}, {"ç", "c"},  {"ô", "o"},
       {"î", "i"},   {"ï", "i"},  {"û", "u"},  {"ù", "u"}, {"É", "E"},   {"À", "A"}, {"œ", "oe"}, {"« ", "\""},
       {" »", "\""}, {"«", "\""}, {"»", "\""}, {"’", "'"}, {"…", "..."}, {"·", "-"}, {"–", "-"},  {"Ç", "C"}}};
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const auto found =
        std::ranges::find_if(pairs, [&](const Pair& pair) { return text.substr(at).starts_with(pair.from); });
    if (found != pairs.end()) {
      out.append(found->to);
      at += found->from.size();
    } else if (byte < 0x80U) {
      out.push_back(byte == '\n' || byte >= 0x20U ? text[at] : ' ');
      ++at;
    } else {
      out.push_back('?');
      for (++at; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;) ++at;
    }
  }
  return out;
}

void Terminal::say(std::string_view text, std::size_t indent) const {
  const std::string plain = to_ascii(text);
  for (std::size_t begin = 0; begin <= plain.size();) {
    const std::size_t end = std::min(plain.find('\n', begin), plain.size());
    print_wrapped(std::string_view(plain).substr(begin, end - begin), indent);
    begin = end + 1;
  }
}

void Terminal::clear() const {
  // Home and clear, which every terminal since the VT100 knows; not into a file.
  print(::isatty(STDOUT_FILENO) != 0 ? "\033[H\033[2J" : "\n----\n");
}

Terminal::Typed Terminal::ask(std::string_view prompt, bool echo) {
  // Before the prompt: who types as soon as it is there must not be shown either.
  const Silence silence(!echo);
  print(to_ascii(prompt));
  Typed typed = read_line();
  if (silence.active()) print("\n");
  return typed;
}

Terminal::Typed Terminal::read_line() {
  while (true) {
    const std::size_t end = pending_.find('\n');
    if (end != std::string::npos || (ended_ && !pending_.empty())) {
      std::string text = pending_.substr(0, end);
      pending_.erase(0, end == std::string::npos ? end : end + 1);
      while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) text.pop_back();
      text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
      return {Answer::line, std::move(text)};
    }
    if (ended_) return {};
    if (interrupted_()) return {Answer::interrupted, ""};
    wait(std::chrono::seconds(1));
    if (pending_.size() > kLongestLine) pending_.clear();
  }
}

bool Terminal::wait(std::chrono::milliseconds limit) {
  pollfd entry{STDIN_FILENO, POLLIN, 0};
  if (ended_ || ::poll(&entry, 1, static_cast<int>(limit.count())) <= 0) {
    // A terminal that has gone would be asked again and again.
    if (ended_) ::poll(nullptr, 0, static_cast<int>(limit.count()));
    return false;
  }
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  if (count <= 0) {
    ended_ = true;
    return false;
  }
  pending_.append(buffer.data(), static_cast<std::size_t>(count));
  return pending_.find('\n') != std::string::npos;
}

}  // namespace slipway::firstboot
