#ifndef CORE_VERSION_H
#define CORE_VERSION_H

#define LOFTYRUN_VERSION "0.1.0"

#endif
