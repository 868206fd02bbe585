# One set of compiler options for every target of ours: link trafrec_options.
add_library(trafrec_options INTERFACE)
target_include_directories(trafrec_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(
  trafrec_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                            -Woverloaded-virtual -Werror -fno-omit-frame-pointer -pthread)
# gcc 12's <algorithm> calls its own deprecated get_temporary_buffer in std::stable_sort: gcc does not mind, clang does.
# Designated initialisers may leave fields out; that is what they are for.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(trafrec_options INTERFACE -Wno-deprecated-declarations
                         -Wno-missing-designated-field-initializers)
endif()
if(TRAFREC_SANITIZE)
  target_compile_options(trafrec_options INTERFACE -fsanitize=${TRAFREC_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(trafrec_options INTERFACE -fsanitize=${TRAFREC_SANITIZE})
endif()
if(TRAFREC_FUZZ)
  target_compile_options(trafrec_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# trafrec_add_library(NAME SOURCES… LINK libs…): a static library of one folder.
function(trafrec_add_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC trafrec_options ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  if(CMAKE_POSITION_INDEPENDENT_CODE)
    trafrec_take_headers(${name} trafrec_headers_hidden)
  else()
    trafrec_take_headers(${name} trafrec_headers)
  endif()
endfunction()
