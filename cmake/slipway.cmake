# One library per folder, and files compiled into programs.

# slipway_library(sql LINK slipway::base PkgConfig::MARIADB): all .cpp files of this folder as slipway::sql.
function(slipway_library name)
  cmake_parse_arguments(ARG "" "" "LINK;SOURCES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(slipway_${name} STATIC ${sources} ${ARG_SOURCES})
  add_library(slipway::${name} ALIAS slipway_${name})
  target_include_directories(slipway_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(slipway_${name} PUBLIC ${ARG_LINK} Threads::Threads)
  slipway_precompile(slipway_${name})
endfunction()

# The standard headers that nearly every file includes, compiled once; once more for http, whose POCO brings definitions of its own.
function(slipway_precompile target)
  if(target STREQUAL "slipway_base" OR target STREQUAL "slipway_http")
    target_precompile_headers(${target} PRIVATE <algorithm> <chrono> <functional> <map> <memory> <optional> <string>
                              <string_view> <variant> <vector> <filesystem>)
  else()
    target_precompile_headers(${target} REUSE_FROM slipway_base)
  endif()
endfunction()

# slipway_program(slipway-webd LINK …): services/programs/slipway-webd.cpp.
function(slipway_program name)
  cmake_parse_arguments(ARG "" "" "LINK;SOURCES" ${ARGN})
  add_executable(${name} ${name}.cpp ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  slipway_precompile(${name})
endfunction()

# slipway_embed(schema DIRECTORY dir PATTERN dir/*.sql): makes slipway::embedded_schema, whose header embedded/schema.hpp gives
#   std::span<const slipway::embedded_files::File> schema();   File{name, bytes}, names relative to DIRECTORY, sorted.
function(slipway_embed name)
  cmake_parse_arguments(ARG "" "DIRECTORY" "PATTERN" ${ARGN})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${ARG_DIRECTORY} ${ARG_PATTERN})
  list(SORT files)
  set(out ${CMAKE_BINARY_DIR}/embedded)
  set(assembly ".section .rodata\n")
  set(rows "")
  set(symbols "")
  set(paths "")
  set(index 0)
  foreach(file IN LISTS files)
    set(symbol "slipway_embedded_${name}_${index}")
    string(APPEND assembly ".global ${symbol}\n.global ${symbol}_end\n.balign 16\n${symbol}:\n.incbin \"${ARG_DIRECTORY}/${file}\"\n${symbol}_end:\n.byte 0\n")
    string(APPEND symbols "extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n")
    string(APPEND rows "  {\"${file}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    list(APPEND paths ${ARG_DIRECTORY}/${file})
    math(EXPR index "${index} + 1")
  endforeach()
  string(APPEND assembly ".section .note.GNU-stack,\"\",@progbits\n")
  file(CONFIGURE OUTPUT ${out}/${name}.s CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${out}/${name}.hpp CONTENT
"// Generated: the files of ${name}, compiled in.
#pragma once
#include <span>
#include <string_view>
#ifndef SLIPWAY_EMBEDDED_FILE
#define SLIPWAY_EMBEDDED_FILE
namespace slipway::embedded_files { struct File { std::string_view name; std::string_view bytes; }; }
#endif
namespace slipway::embedded_files { std::span<const File> ${name}(); }
" @ONLY)
  file(CONFIGURE OUTPUT ${out}/${name}.cpp CONTENT
"#include \"embedded/${name}.hpp\"
#include <array>
#include <cstddef>
extern \"C\" {
${symbols}}
namespace slipway::embedded_files {
std::span<const File> ${name}() {
  static const std::array<File, ${index}> files{{
${rows}  }};
  return files;
}
}
" @ONLY)
  set_source_files_properties(${out}/${name}.s PROPERTIES OBJECT_DEPENDS "${paths}" LANGUAGE ASM)
  add_library(slipway_embedded_${name} STATIC ${out}/${name}.cpp ${out}/${name}.s)
  add_library(slipway::embedded_${name} ALIAS slipway_embedded_${name})
  target_include_directories(slipway_embedded_${name} PUBLIC ${CMAKE_BINARY_DIR})
endfunction()
