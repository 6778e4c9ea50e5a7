# The modules and their direction. DEPENDS is the architecture: the `layering` test reads every #include
# against it, and a module may name only modules of lower levels. Sources are the files in the module's folder.

add_library(codex_flags INTERFACE)
target_include_directories(codex_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(codex_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
    -Woverloaded-virtual -Wimplicit-fallthrough -fstack-protector-strong
    $<$<CXX_COMPILER_ID:GNU>:-Wsuggest-override -Wno-restrict> # g++ 12 warns wrongly on std::string
    $<$<BOOL:${CODEX_WERROR}>:-Werror>)
target_compile_definitions(codex_flags INTERFACE _GLIBCXX_ASSERTIONS
    $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
target_link_options(codex_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)

# For everything but codex-worker, which is linked statically and never sanitized.
add_library(codex_sanitizers INTERFACE)
if(CODEX_SANITIZE STREQUAL "address")
    set(flags -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(CODEX_SANITIZE STREQUAL "thread")
    set(flags -fsanitize=thread -fno-omit-frame-pointer)
elseif(CODEX_SANITIZE)
    message(FATAL_ERROR "CODEX_SANITIZE is '${CODEX_SANITIZE}'; it may be empty, 'address' or 'thread'")
else()
    set(flags "")
endif()
target_compile_options(codex_sanitizers INTERFACE ${flags})
target_link_options(codex_sanitizers INTERFACE ${flags})

# RapidJSON asserts on misuse; every translation unit must agree that it throws instead (src/json/rapidjson.h).
add_library(codex_rapidjson INTERFACE)
target_compile_definitions(codex_rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)
if(CODEX_SANITIZE STREQUAL "address")
    # Its empty stack adds to a null pointer (rapidjson/internal/stack.h), which clang reports and which does no harm.
    target_compile_options(codex_rapidjson INTERFACE $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=pointer-overflow>)
endif()

# codex_module(name DEPENDS modules… PRIVATE libraries…): one static library from src/<name>/*.cpp.
function(codex_module name)
    cmake_parse_arguments(M "" "" "DEPENDS;PRIVATE" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
    list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
    add_library(codex_${name} STATIC ${sources})
    list(TRANSFORM M_DEPENDS PREPEND codex_)
    target_link_libraries(codex_${name} PUBLIC codex_flags codex_sanitizers ${M_DEPENDS} PRIVATE fmt::fmt ${M_PRIVATE})
    if(name STREQUAL "base")
        target_precompile_headers(codex_base PRIVATE ${CMAKE_SOURCE_DIR}/src/pch.h)
    else()
        target_precompile_headers(codex_${name} REUSE_FROM codex_base)
    endif()
    if(CODEX_LTO)
        set_property(TARGET codex_${name} PROPERTY INTERPROCEDURAL_OPTIMIZATION ON)
    endif()
endfunction()

# L0
# spdlog's definitions must not reach the precompiled header that all modules share.
codex_module(base PRIVATE $<LINK_ONLY:spdlog::spdlog>)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/base/log.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON
    COMPILE_DEFINITIONS "SPDLOG_SHARED_LIB;SPDLOG_COMPILED_LIB;SPDLOG_FMT_EXTERNAL")
# L1
codex_module(json DEPENDS base PRIVATE codex_rapidjson)
codex_module(loop DEPENDS base PRIVATE CURL::libcurl)
codex_module(git DEPENDS base PRIVATE PkgConfig::LIBGIT2)
codex_module(patch DEPENDS base)
codex_module(attempts DEPENDS base)
# L2
codex_module(protocol DEPENDS base json)
codex_module(process DEPENDS base loop)
codex_module(http DEPENDS base loop PRIVATE CURL::libcurl)
# L3
codex_module(config DEPENDS base json protocol PRIVATE yaml-cpp)
codex_module(sandbox DEPENDS base json)
codex_module(github DEPENDS base json http)
# L4
codex_module(model DEPENDS base json protocol http)
codex_module(review DEPENDS base json protocol)
# L5
codex_module(tools DEPENDS base json loop patch protocol process sandbox)
# L6
codex_module(agent DEPENDS base protocol model tools)
# L8
codex_module(action DEPENDS base loop git process http config sandbox github model review tools agent)
# L9
codex_module(cli DEPENDS base json loop attempts patch git process http config sandbox github review tools action)
target_compile_definitions(codex_cli PRIVATE CODEX_VERSION="${PROJECT_VERSION}")

add_executable(codex-action src/cli/main.cpp)
target_link_libraries(codex-action PRIVATE codex_cli fmt::fmt)
target_compile_options(codex-action PRIVATE -fPIC) # as the precompiled header of the libraries
target_precompile_headers(codex-action REUSE_FROM codex_base)
target_link_options(codex-action PRIVATE -pie)
if(CODEX_LTO)
    set_property(TARGET codex-action PROPERTY INTERPROCEDURAL_OPTIMIZATION ON)
endif()

# The sandboxed child is compiled by itself: static (1 ms to start), without curl, libgit2 or spdlog, never sanitized.
file(GLOB worker_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/worker/*.cpp ${CMAKE_SOURCE_DIR}/src/sandbox/*.cpp
    ${CMAKE_SOURCE_DIR}/src/attempts/*.cpp ${CMAKE_SOURCE_DIR}/src/patch/*.cpp ${CMAKE_SOURCE_DIR}/src/json/*.cpp
    ${CMAKE_SOURCE_DIR}/src/base/*.cpp)
list(FILTER worker_sources EXCLUDE REGEX "/log\\.cpp$")
add_executable(codex-worker ${worker_sources})
target_link_libraries(codex-worker PRIVATE codex_flags codex_rapidjson fmt::fmt-header-only)
target_link_options(codex-worker PRIVATE -static-pie -Wl,--gc-sections)
target_compile_options(codex-worker PRIVATE -ffunction-sections -fdata-sections $<$<CONFIG:Debug>:-O1>)
add_dependencies(codex-action codex-worker)
