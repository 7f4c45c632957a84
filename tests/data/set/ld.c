// SPDX-License-Identifier: LGPL-2.1-or-later
int _rtld_global[100] = { 1 };
int _rtld_global_ro[50] = { 2 };
