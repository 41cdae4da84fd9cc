# house_version(<variable> <folder of the sources> <version if nothing else is known>): of a source archive the one that
# ci/package/source wrote into it, of a checkout that of its commit (ci/package/version). Without git, or where git reads
# nothing because the folder is somebody else's, it is the last one.
function(house_version variable sources otherwise)
    set(version)
    if(EXISTS ${sources}/VERSION)
        file(STRINGS ${sources}/VERSION version LIMIT_COUNT 1)
    elseif(EXISTS ${sources}/.git)
        execute_process(COMMAND ${sources}/ci/package/version OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE
            ERROR_QUIET RESULT_VARIABLE status)
        if(NOT status EQUAL 0)
            set(version)
        endif()
    endif()
    if(NOT version MATCHES "^[0-9][0-9A-Za-z.+~-]*$")
        set(version ${otherwise})
    endif()
    set(${variable} ${version} PARENT_SCOPE)
endfunction()

# The test asks for it: cmake -DSOURCES=<folder> -P version.cmake
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
    house_version(version ${SOURCES} 0.0)
    message(NOTICE "${version}")
endif()
