#include "appliance/http/form.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTMLForm.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/PartHandler.h>

#include <algorithm>
#include <array>
#include <climits>

#include "appliance/http/target.hpp"

namespace slipway::http {
namespace {

constexpr int kMostFields = 500;

class FileParts : public Poco::Net::PartHandler {
 public:
  FileParts(Form& form, std::vector<std::unique_ptr<TemporaryFile>>& files) : form_(form), files_(files) {}

  void handlePart(const Poco::Net::MessageHeader& header, std::istream& stream) override {
    if (!problem_.has_value()) return;
    problem_ = keep(header, stream);
  }
  [[nodiscard]] const Status& problem() const { return problem_; }

 private:
  Status keep(const Poco::Net::MessageHeader& header, std::istream& stream) {
    std::string disposition;
    Poco::Net::NameValueCollection parameters;
    Poco::Net::MessageHeader::splitParameters(header.get("Content-Disposition", ""), disposition, parameters);
    const std::string name = parameters.get("filename", "");
    if (name.empty() && stream.peek() == std::istream::traits_type::eof()) return {};  // a file field left empty
    SLIPWAY_TRY(auto file, TemporaryFile::create());
    std::array<char, 16384> piece{};
    while (stream.read(piece.data(), piece.size()) || stream.gcount() > 0)
      SLIPWAY_CHECK(file->append({piece.data(), static_cast<std::size_t>(stream.gcount())}));
    form_.uploads.push_back({.field = parameters.get("name", ""),
                             .file_name = safe_file_name(name),
                             .media_type = header.get("Content-Type", "application/octet-stream"),
                             .path = file->path(),
                             .size = file->size()});
    files_.push_back(std::move(file));
    return {};
  }

  Form& form_;
  std::vector<std::unique_ptr<TemporaryFile>>& files_;
  Status problem_;
};

Error malformed(const std::string& what) { return {Code::invalid_argument, "form: " + what}; }

}  // namespace

std::string safe_file_name(std::string_view name) {
  name.remove_prefix(std::min(name.size(), name.find_last_of("/\\") + 1));  // npos + 1 is 0
  std::string safe;
  std::copy_if(name.begin(), name.end(), std::back_inserter(safe),
               [](char c) { return !(c >= 0 && c < 0x20) && c != 0x7f; });
  if (safe.size() > 255) {
    safe.resize(255);
    while (!safe.empty() && !is_utf8(safe)) safe.pop_back();  // not in the middle of a character
  }
  if (!is_utf8(safe))
    std::replace_if(
        safe.begin(), safe.end(), [](char c) { return c < 0; }, '_');
  return safe.empty() || safe == "." || safe == ".." ? "file" : safe;
}

Result<Form> read_form(const std::string& content_type, std::istream& body, std::uint64_t limit_bytes,
                       std::vector<std::unique_ptr<TemporaryFile>>& files) {
  const std::string media_type = content_type.substr(0, content_type.find(';'));
  const bool multipart = media_type == Poco::Net::HTMLForm::ENCODING_MULTIPART;
  if (!multipart && media_type != Poco::Net::HTMLForm::ENCODING_URL)
    return Error{Code::unsupported, "form: media type '" + media_type + "' is no form"};
  if (multipart && content_type.find("boundary=") == content_type.npos) return malformed("boundary is missing");

  Form form;
  FileParts parts(form, files);
  try {
    Poco::Net::HTMLForm read;
    read.setFieldLimit(kMostFields);
    read.setValueLengthLimit(static_cast<int>(std::min<std::uint64_t>(limit_bytes, INT_MAX)));
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_POST, "/");
    request.setContentType(content_type);
    read.load(request, body, parts);
    for (const auto& [name, value] : read) {
      if (!is_utf8(name) || !is_utf8(value)) return malformed("text is not UTF-8");
      if (name.find('\0') != name.npos || value.find('\0') != value.npos) return malformed("NUL in a field");
      form.fields.emplace(name, value);
    }
  } catch (const Poco::Exception& problem) {
    return malformed(problem.displayText());
  }
  if (!parts.problem().has_value()) return parts.problem().error();
  return form;
}

}  // namespace slipway::http
