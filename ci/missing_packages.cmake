# A test: with every dependency hidden, the configuration must fail and name the Debian package of each, and
# scripts/setup must install it. Run as
#   cmake -DSOURCE=<top folder> -DBINARY=<scratch folder> -P ci/missing_packages.cmake

file(STRINGS ${SOURCE}/CMakeLists.txt requirements REGEX "^require_(package|module|program)\\(")
set(hidden)
set(packages)
foreach(line IN LISTS requirements)
    if(NOT line MATCHES "^require_([a-z]+)\\(([^ ]+) (.* )?([^ ]+)\\)$")
        message(FATAL_ERROR "not understood: ${line}")
    endif()
    list(APPEND packages ${CMAKE_MATCH_4})
    if(CMAKE_MATCH_1 STREQUAL "package")
        list(APPEND hidden -DCMAKE_DISABLE_FIND_PACKAGE_${CMAKE_MATCH_2}=ON)
    endif()
endforeach()
list(LENGTH packages count)
if(count LESS 10)
    message(FATAL_ERROR "only ${count} dependencies found in ${SOURCE}/CMakeLists.txt")
endif()

# Programs are hidden by searching no folder, so the compilers and ninja are named in full. Modules go with pkg-config.
foreach(program ninja cc c++)
    find_program(${program} NAMES ${program} REQUIRED)
endforeach()
file(REMOVE_RECURSE ${BINARY})
execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${BINARY} -G Ninja -DCMAKE_MAKE_PROGRAM=${ninja}
            -DCMAKE_C_COMPILER=${cc} -DCMAKE_CXX_COMPILER=${c++} -DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF
            -DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF ${hidden}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
file(REMOVE_RECURSE ${BINARY})
string(REGEX MATCH "apt-get install [^\n]*" named "${output}")
if(status EQUAL 0 OR NOT named)
    message(FATAL_ERROR "no message names the missing packages:\n${output}")
endif()
file(READ ${SOURCE}/scripts/setup setup)
foreach(package IN LISTS packages)
    if(NOT named MATCHES "[ ]${package}( |$)")
        message(SEND_ERROR "the message does not name ${package}: ${named}")
    endif()
    if(NOT setup MATCHES "[ \"\n]${package}[ \"\n]")
        message(SEND_ERROR "scripts/setup does not install ${package}")
    endif()
endforeach()
