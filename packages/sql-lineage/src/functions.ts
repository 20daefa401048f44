import { AGGREGATION, CONDITIONAL, type How, MASKING, TRANSFORMATION } from "./how.ts";

/** What is special about a function: how its arguments take part in its value, and how they are written. */
export interface FunctionTraits {
  /** How an argument takes part, by position; the last one holds for all that follow. */
  readonly arguments: readonly How[];
  /** Arguments that are not plain expressions. */
  readonly form?: "cast" | "convert" | "extract" | "json table";
}

const DEFAULT: FunctionTraits = { arguments: [TRANSFORMATION] };
const AGGREGATE: FunctionTraits = { arguments: [AGGREGATION] };
const MASK: FunctionTraits = { arguments: [TRANSFORMATION | MASKING] };
const COUNT: FunctionTraits = { arguments: [AGGREGATION | MASKING] };

const traits = new Map<string, FunctionTraits>();

function each(names: string, value: FunctionTraits): void {
  for (const name of names.split(/\s+/)) traits.set(name, value);
}

each(
  `sum avg min max mean median mode stddev stddev_pop stddev_samp stdev stdevp var varp variance var_pop var_samp
  array_agg arrayagg string_agg stringagg listagg group_concat groupconcat wm_concat collect_list collect_set collect
  any_value anyvalue any anylast anyheavy first last bit_and bit_or bit_xor bool_and bool_or
  every some booland_agg boolor_agg boolxor_agg bitand_agg bitor_agg bitxor_agg logical_and logical_or
  covar_pop covar_samp corr regr_slope regr_intercept regr_r2 regr_count regr_avgx regr_avgy regr_sxx regr_syy regr_sxy
  percentile percentile_cont percentile_disc percentile_approx approx_percentile approx_quantile approx_quantiles
  approx_top_count approx_top_sum approx_top_k quantile quantiles quantileexact quantiletiming quantiletdigest
  json_agg jsonb_agg json_object_agg jsonb_object_agg json_arrayagg json_objectagg xmlagg object_agg map_agg multimap_agg
  array_concat_agg array_union_agg array_unique_agg st_union_agg sumif avgif minif maxif sum_if avg_if max_by min_by maxby minby
  argmax argmin arg_max arg_min grouparray grouparrayif groupuniqarray groupbitand groupbitor groupbitxor
  sumwithoverflow summap sumkahan summerge avgweighted skewpop skewsamp kurtpop kurtosis skewness entropy
  checksum_agg geometric_mean histogram map_union set_agg reduce_agg range_agg
  bit_and_agg bit_or_agg try_sum try_avg max_n min_n stats_mode cardinality_agg`,
  AGGREGATE,
);
each(
  `count countif count_if count_big count_distinct countdistinct approx_count_distinct approx_distinct approxcountdistinct
  uniq uniqexact uniqcombined uniqcombined64 uniqhll12 uniqthetasketch hll hll_estimate regr_count row_count
  ndv approximate_count_distinct`,
  COUNT,
);
each(
  `md5 md5_hex md5_binary md5_number_lower64 md5_number_upper64 sha sha1 sha1_hex sha1_binary sha2 sha2_hex sha2_binary sha224 sha256 sha384
  sha512 hash hashbytes hash_bytes standard_hash ora_hash farm_fingerprint xxhash64 xxhash32 xxh3 murmurhash3_32 murmurhash2_64
  murmur_hash murmur3_32 murmur3_128 siphash64 siphash128 cityhash64 halfmd5 farmhash64 metrohash64 inthash32 inthash64 crc32 crc32b checksum
  binary_checksum hash_agg mask mask_first_n mask_last_n mask_show_first_n mask_show_last_n mask_hash mask_inner mask_outer
  anonymize anonymise tokenize encrypt aes_encrypt pgp_sym_encrypt digest hmac crypt strtol_hash fnv_hash func_sha1 spookyhash hmac_sha256 hmac_md5
  xxhash64_be hive_hash`,
  MASK,
);
// Arguments that only choose: https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/DECODE.html and kin.
each("if iif iff ifelse", { arguments: [CONDITIONAL, TRANSFORMATION] });
each("nvl2", { arguments: [CONDITIONAL, TRANSFORMATION, TRANSFORMATION] });
each("choose elt", { arguments: [CONDITIONAL, TRANSFORMATION] });
each("cast try_cast safe_cast trycast xmlcast treat parse try_parse cast_if xmlserialize accuratecastornull", {
  arguments: [TRANSFORMATION],
  form: "cast",
});
each("convert try_convert", { arguments: [TRANSFORMATION], form: "convert" });
each("extract", { arguments: [TRANSFORMATION], form: "extract" });

/** The traits of a function, by its name in lower case. */
export function traitsOf(name: string): FunctionTraits {
  return traits.get(name) ?? DEFAULT;
}

/** Functions of conditions and results in turn, which need to know how many arguments there are. */
export function alternates(name: string): boolean {
  return name === "decode" || name === "multiif" || name === "decode_if";
}

/** How the argument at `position` takes part; `count` is only looked at where `alternates` says so. */
export function argumentHow(name: string, found: FunctionTraits, position: number, count: number): How {
  if (alternates(name)) {
    // DECODE(value, search, result, search, result, default); multiIf(condition, result, condition, result, default).
    const first = name === "decode" ? 1 : 0;
    const isDefault = position === count - 1 && (count - first) % 2 === 1;
    return !isDefault && (position < first || (position - first) % 2 === 0) ? CONDITIONAL : TRANSFORMATION;
  }
  const { arguments: hows } = found;
  return hows[Math.min(position, hows.length - 1)]!;
}
