#include "services/firstboot/ovf.hpp"

#include <Poco/DOM/AutoPtr.h>
#include <Poco/DOM/DOMParser.h>
#include <Poco/DOM/Document.h>
#include <Poco/DOM/Element.h>
#include <Poco/DOM/NodeList.h>
#include <Poco/Exception.h>
#include <Poco/SAX/XMLReader.h>

#include <fstream>
#include <iterator>

#include "appliance/base/file.hpp"
#include "appliance/process/process.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNamespace = "http://schemas.dmtf.org/ovf/environment/1";
constexpr std::size_t kLargest = 1U << 20U;

/// The parts of a list with commas or blanks.
Texts split(const std::string& text, std::string_view separators) {
  Texts parts;
  for (std::size_t begin = text.find_first_not_of(separators); begin != std::string::npos;
       begin = text.find_first_not_of(separators, begin)) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return parts;
}

std::string read_all(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::string from_tools() {
  const auto said =
      process::run({.argv = {"vmtoolsd", "--cmd", "info-get guestinfo.ovfEnv"}}, {.time = std::chrono::seconds(20)});
  return said && said->exit_status == 0 ? said->out : std::string();
}

/// A platform that has no tools hands the document over on a CD.
std::string from_drives(const fs::path& mount_point) {
  std::error_code failure;
  for (const char* drive : {"/dev/sr0", "/dev/sr1"}) {
    if (!fs::exists(drive, failure)) continue;
    fs::create_directories(mount_point, failure);
    const auto mounted =
        process::run({.argv = {"mount", "-t", "iso9660", "-o", "ro,nodev,nosuid,noexec", drive, mount_point.string()}});
    if (!mounted || mounted->exit_status != 0) continue;
    std::string text;
    for (const char* name : {"ovf-env.xml", "OVF-ENV.XML"})
      if (text.empty() && fs::exists(mount_point / name, failure)) text = read_all(mount_point / name);
    static_cast<void>(process::run({.argv = {"umount", mount_point.string()}}).has_value());
    if (!text.empty()) return text;
  }
  return {};
}

}  // namespace

Result<std::map<std::string, std::string>> parse_ovf_environment(const std::string& xml) {
  if (xml.size() > kLargest) return Error{Code::too_large, "OVF environment: is larger than 1 MiB"};
  const Error broken{Code::corrupt, "OVF environment: is no document of OVF",
                     "look at what the platform hands over: vmtoolsd --cmd 'info-get guestinfo.ovfEnv'"};
  // None of ours has one, and with them come entities that grow or that name files.
  if (xml.find("<!DOCTYPE") != std::string::npos || xml.find("<!ENTITY") != std::string::npos) return broken;
  std::map<std::string, std::string> properties;
  try {
    Poco::XML::DOMParser parser;
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_GENERAL_ENTITIES, false);
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_PARAMETER_ENTITIES, false);
    const Poco::AutoPtr<Poco::XML::Document> document = parser.parseString(xml);
    const Poco::AutoPtr<Poco::XML::NodeList> nodes = document->getElementsByTagNameNS(kNamespace, "Property");
    for (unsigned long i = 0; i < nodes->length(); ++i)
      if (const auto* element = dynamic_cast<const Poco::XML::Element*>(nodes->item(i)))
        properties[element->getAttributeNS(kNamespace, "key")] = element->getAttributeNS(kNamespace, "value");
  } catch (const Poco::Exception&) {
    return broken;
  }
  return properties;
}

std::optional<Answers> answers_of(const std::map<std::string, std::string>& properties) {
  const auto value = [&](const char* key) {
    const auto found = properties.find(key);
    return found == properties.end() ? std::string() : found->second;
  };
  Answers answers;
  answers.hostname = value("hostname");
  answers.network = {.address = split(value("address"), ", ;"),
                     .gateway = split(value("gateway"), ", ;"),
                     .dns = split(value("dns"), ", ;")};
  answers.management = {.networks = split(value("management"), ", ;"),
                        .public_keys = split(value("public-keys"), "\r\n")};
  answers.administrator.email = value("administrator");
  const std::string zone = value("timezone");
  const bool any = !answers.hostname.empty() || !answers.network.address.empty() || !answers.network.dns.empty() ||
                   !answers.management.networks.empty() || !answers.management.public_keys.empty() ||
                   !answers.administrator.email.empty() || (!zone.empty() && zone != answers.timezone);
  if (!zone.empty()) answers.timezone = zone;
  return any ? std::optional(answers) : std::nullopt;
}

Result<bool> import_ovf(const Places& places, const fs::path& file) {
  std::error_code ignored;
  if (is_done(places) || fs::exists(places.answers, ignored)) return false;
  std::string xml;
  if (!file.empty()) {
    if (!fs::exists(file, ignored))
      return Error{Code::not_found, file.string() + ": is not there", "name an ovf-env.xml"};
    xml = read_all(file);
  } else {
    xml = from_tools();
    if (xml.empty()) xml = from_drives(places.code.parent_path() / "cd");
  }
  if (xml.empty()) return false;
  SLIPWAY_TRY(const auto properties, parse_ovf_environment(xml));
  const auto answers = answers_of(properties);
  if (!answers) return false;
  SLIPWAY_CHECK(replace_file(places.answers, render_answers(*answers).reveal(), 0600));
  return true;
}

}  // namespace slipway::firstboot
