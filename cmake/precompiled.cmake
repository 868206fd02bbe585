# What nearly every file includes of the standard library is read once for each set of compiler options, not seven
# hundred times. Every file still includes what it uses: the lints build without (TRAFREC_PCH=OFF) and say so.
# Clang only: gcc 12 forgets that such headers are the system's, and warns of what it inlines from them.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(TRAFREC_PCH_DEFAULT ON)
else()
  set(TRAFREC_PCH_DEFAULT OFF)
endif()
option(TRAFREC_PCH "precompile the standard library's headers" ${TRAFREC_PCH_DEFAULT})
set(TRAFREC_PCH_PRODUCT
    <algorithm> <array> <atomic> <chrono> <cstddef> <cstdint> <cstring> <filesystem> <functional> <map> <memory>
    <mutex> <optional> <set> <span> <string> <string_view> <unordered_map> <utility> <vector> <fmt/format.h>)
set(TRAFREC_PCH_TESTS ${TRAFREC_PCH_PRODUCT} <fstream> <random> <sstream> <thread> <gmock/gmock.h> <gtest/gtest.h>)

# A compiler that was told otherwise (-fPIC, GTEST_HAS_PTHREAD) refuses another's headers.
if(TRAFREC_PCH)
  # Without the time of the header's file, so that ccache finds again what was made of it.
  target_compile_options(trafrec_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
endif()

# trafrec_own_headers(NAME LINK libs… HEADERS …): a target that has nothing but precompiled headers, for others to take.
function(trafrec_own_headers name)
  cmake_parse_arguments(ARG "" "" "LINK;HEADERS" ${ARGN})
  if(NOT TRAFREC_PCH)
    return()
  endif()
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc CONTENT "// Headers only.\n")
  add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE trafrec_options fmt::fmt Threads::Threads ${ARG_LINK})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

# trafrec_take_headers(NAME OWNER): NAME's files are compiled with the headers of OWNER.
function(trafrec_take_headers name owner)
  if(TRAFREC_PCH)
    target_precompile_headers(${name} REUSE_FROM ${owner})
  endif()
endfunction()
