#include "services/webui/assets.hpp"

#include <zlib.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>

#include "embedded/webui.hpp"

namespace slipway::webui {
namespace {

// FNV-1a: names content, defends nothing.
std::string content_name(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(hash >> static_cast<unsigned>(shift)) & 15U];
  return text;
}

std::string gzip(const std::string& bytes) {
  constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for gzip
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib's type; it only reads
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Assets {
  std::map<std::string, Asset, std::less<>> by_file;
  std::map<std::string, std::string, std::less<>> paths;

  void add(const std::string& stem, const std::string& extension, std::string_view media_type, std::string bytes) {
    Asset asset{stem + "." + content_name(bytes) + "." + extension, media_type, std::move(bytes), {}};
    asset.gzip = gzip(asset.bytes);
    paths.emplace(stem + "." + extension, "/static/" + asset.file);
    std::string file = asset.file;
    by_file.emplace(std::move(file), std::move(asset));
  }
};

const Assets& assets() {
  static const Assets made = [] {
    Assets all;
    std::string style;
    std::string script;
    for (const auto& file : embedded_files::webui()) {  // sorted by name: styles/10-…, styles/20-…
      if (file.name.starts_with("styles/")) style += file.bytes;
      if (file.name.starts_with("scripts/")) script += file.bytes;
      if (!file.name.starts_with("static/")) continue;
      const std::string name(file.name.substr(7));
      all.add(name.substr(0, name.rfind('.')), "svg", "image/svg+xml", std::string(file.bytes));
    }
    all.add("slipway", "css", "text/css; charset=utf-8", std::move(style));
    all.add("slipway", "js", "text/javascript; charset=utf-8", std::move(script));
    return all;
  }();
  return made;
}

}  // namespace

const Asset* find_asset(std::string_view file) {
  const auto found = assets().by_file.find(file);
  return found == assets().by_file.end() ? nullptr : &found->second;
}

const std::string& asset_path(std::string_view name) {
  const auto found = assets().paths.find(name);
  if (found == assets().paths.end()) std::abort();
  return found->second;
}

}  // namespace slipway::webui
