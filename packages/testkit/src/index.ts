export * from "@headwater/core/memory";
