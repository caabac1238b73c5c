/** The certificate that a listener shows, from its files. */
@NullMarked
package dev.headwater.gateway.tls;

import org.jspecify.annotations.NullMarked;
