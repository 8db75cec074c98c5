package dev.weir.tls;

import dev.weir.tls.PemFile.Block;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A file with a private key, in any of the formats that OpenSSL writes: PKCS#8, PKCS#1 (RSA), SEC 1
 * (EC), and the encrypted form of each.
 */
final class PrivateKeyFile {
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

    private final PemFile file;
    private final String passphrase;

    private PrivateKeyFile(PemFile file, String passphrase) {
        this.file = file;
        this.passphrase = passphrase;
    }

    /**
     * Reads the first key of a file.
     *
     * @param passphrase empty if there is none
     */
    static PrivateKey read(String name, String passphrase) throws InvalidTls {
        PemFile file = PemFile.read(name);
        return new PrivateKeyFile(file, passphrase).key();
    }

    private PrivateKey key() throws InvalidTls {
        byte[] curve = null;
        for (Block block : file.blocks()) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return pkcs8(block.content());
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    return pkcs8(decrypted(block.content()));
                }
                case "RSA PRIVATE KEY" -> {
                    return pkcs8(Der.pkcs8OfRsa(plain(block)));
                }
                case "EC PARAMETERS" -> curve = block.content();
                case "EC PRIVATE KEY" -> {
                    return ec(plain(block), curve);
                }
                default -> {}
            }
        }
        throw new InvalidTls(
                file
                        + ": no private key (expected: a PEM block PRIVATE KEY, RSA PRIVATE KEY, EC"
                        + " PRIVATE KEY or ENCRYPTED PRIVATE KEY)");
    }

    private PrivateKey ec(byte[] sec1, byte @Nullable [] curveBefore) throws InvalidTls {
        byte[] curve = Der.curveOf(sec1);
        if (curve == null) {
            curve = curveBefore;
        }
        if (curve == null) {
            throw new InvalidTls(file + ": the EC key does not name its curve");
        }
        return pkcs8(Der.pkcs8OfEc(sec1, curve));
    }

    private PrivateKey pkcs8(byte[] encoded) throws InvalidTls {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (InvalidKeySpecException _) {
                // of a different algorithm
            } catch (GeneralSecurityException e) {
                throw new InvalidTls(file + ": " + e.getMessage());
            }
        }
        throw new InvalidTls(file + ": not a key of RSA, EC or Ed25519");
    }

    // --- encrypted keys -----------------------------------------------------------------------

    private InvalidTls undecipherable() {
        return new InvalidTls(
                file
                        + (passphrase.isEmpty()
                                ? ": the key is encrypted, and there is no passphrase"
                                : ": the passphrase does not open the key"));
    }

    private byte[] decrypted(byte[] encoded) throws InvalidTls {
        if (passphrase.isEmpty()) {
            throw undecipherable();
        }
        try {
            var info = new EncryptedPrivateKeyInfo(encoded);
            AlgorithmParameters parameters = info.getAlgParameters();
            String scheme = parameters == null ? info.getAlgName() : parameters.toString();
            var spec = new PBEKeySpec(passphrase.toCharArray());
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(scheme).generateSecret(spec),
                    parameters);
            return info.getKeySpec(cipher).getEncoded();
        } catch (NoSuchAlgorithmException _) {
            throw new InvalidTls(
                    file
                            + ": encrypted in a way that Java does not know (expected: as openssl"
                            + " pkcs8 -topk8 -v2 aes256 does)");
        } catch (IOException | GeneralSecurityException _) {
            throw undecipherable();
        }
    }

    /** The content of a block, decrypted if its headers say that it is encrypted (RFC 1421). */
    private byte[] plain(Block block) throws InvalidTls {
        String info = block.header("DEK-Info");
        if (info == null) {
            return block.content();
        }
        if (passphrase.isEmpty()) {
            throw undecipherable();
        }
        int comma = info.indexOf(',');
        String scheme = comma < 0 ? info : info.substring(0, comma);
        int keyBytes =
                switch (scheme) {
                    case "AES-128-CBC" -> 16;
                    case "AES-192-CBC", "DES-EDE3-CBC" -> 24;
                    case "AES-256-CBC" -> 32;
                    default -> throw new InvalidTls(file + ": encrypted by " + scheme);
                };
        String algorithm = scheme.startsWith("AES") ? "AES" : "DESede";
        try {
            byte[] iv = HexFormat.of().parseHex(info.substring(comma + 1).strip());
            Cipher cipher = Cipher.getInstance(algorithm + "/CBC/PKCS5Padding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(derive(iv, keyBytes), algorithm),
                    new IvParameterSpec(iv));
            return cipher.doFinal(block.content());
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            throw undecipherable();
        }
    }

    /**
     * OpenSSL's EVP_BytesToKey: one round of MD5, salted with the first bytes of the initialization
     * vector.
     */
    private byte[] derive(byte[] iv, int length) throws GeneralSecurityException {
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        byte[] key = new byte[length];
        byte[] last = {};
        for (int at = 0; at < length; at += last.length) {
            md5.update(last);
            md5.update(passphrase.getBytes(StandardCharsets.UTF_8));
            md5.update(iv, 0, 8);
            last = md5.digest();
            System.arraycopy(last, 0, key, at, Math.min(last.length, length - at));
        }
        return key;
    }
}
