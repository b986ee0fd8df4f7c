// A module that is loaded beside our own kernels, written as others might.
#pragma once

constexpr const char more_kernels[] = R"(// From a compiler /* or by hand */
.version 7.0
.target sm_80
.address_size 64
.visible .entry fill ( .param .u64 out, /* the .param .u32 one */
	.param .u32	value )
{
    .reg .b32 %r<3>;
    .reg .b64 %rd<4>;
    .shared .align 4 .b8 tile[16];
    mov.u32 %r1, %tid.x;
    ld.param.u32 %r2, [value];
    ld.param.u64 %rd1, [out];
    mul.wide.u32 %rd2, %r1, 4;
    add.s64 %rd3, %rd1, %rd2;
    st.global.u32 [%rd3], %r2;
}
)";
