// The functions of libpq with the types of its own header, looked up when the first connection is wanted: a store on
// SQLite runs where libpq is not installed.
#include <dlfcn.h>
#include <postgresql/libpq-fe.h>

#define CPQ_FUNCTIONS(each)                                                                                  \
    each(clear) each(conninfoFree) each(conninfoParse) each(connectdbParams) each(consumeInput)              \
    each(enterPipelineMode) each(errorMessage) each(exec) each(exitPipelineMode) each(finish)                \
    each(getResult) each(getisnull) each(getlength) each(getvalue) each(isBusy) each(ntuples)                \
    each(parameterStatus) each(pipelineSync) each(resultErrorField) each(resultErrorMessage)                 \
    each(resultStatus) each(sendPrepare) each(sendQueryPrepared) each(serverVersion)                         \
    each(setNoticeReceiver) each(setSingleRowMode) each(socket) each(status) each(transactionStatus)

#define CPQ_FIELD(name) __typeof__(&PQ##name) name;
struct PQFunctions { CPQ_FUNCTIONS(CPQ_FIELD) };
#undef CPQ_FIELD

// Fills `functions`; false where libpq is missing or has none of some function, and then `fault` says so.
static inline _Bool cpq_load(struct PQFunctions *functions, const char **fault) {
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        *fault = dlerror();
        return 0;
    }
#define CPQ_LOAD(name)                                                                                       \
    functions->name = (__typeof__(functions->name))dlsym(library, "PQ" #name);                               \
    if (!functions->name) {                                                                                  \
        *fault = dlerror();                                                                                  \
        return 0;                                                                                            \
    }
    CPQ_FUNCTIONS(CPQ_LOAD)
#undef CPQ_LOAD
    return 1;
}
